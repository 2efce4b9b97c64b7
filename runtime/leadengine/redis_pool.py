"""The connection to Redis, as api and worker make it."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from leadengine.settings import Settings

_ANSWER_SECONDS = 5
# A restart of Redis leaves dead connections in the pool: the next command tries another, for a second.
_ONCE_MORE = Retry(ExponentialBackoff(cap=0.5, base=0.05), 5, (RedisConnectionError,))


def connect(settings: Settings) -> Redis:
    """A pool of connections; none is made before the first command."""
    url = settings.redis_url.get_secret_value()
    return Redis.from_url(url, socket_timeout=_ANSWER_SECONDS, retry=_ONCE_MORE)
