"""The connection to Redis, as api and worker make it."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from leadengine.settings import Settings

_ANSWER_SECONDS = 5
# When the valve opens, what waited behind it comes at once: it takes turns, and none is refused.
_MOST = 50
_TURN_SECONDS = 10
# A restart of Redis leaves dead connections in the pool: the next command tries another, for a second.
_ONCE_MORE = Retry(ExponentialBackoff(cap=0.5, base=0.05), 5, (RedisConnectionError,))


def connect(settings: Settings) -> Redis:
    """A pool of connections; none is made before the first command."""
    pool = BlockingConnectionPool.from_url(
        settings.redis_url.get_secret_value(),
        max_connections=_MOST,
        timeout=_TURN_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        retry=_ONCE_MORE,
    )
    return Redis.from_pool(pool)
