"""Who a visitor is, for one day, without keeping an address."""

import hashlib
import hmac
import secrets
from datetime import date

from redis.asyncio import Redis
from redis.exceptions import RedisError

_TWO_DAYS = 48 * 3600


def visitor_of(salt: bytes, client: str, address: str, user_agent: str) -> str:
    """A name for a browser that changes every day and cannot be turned back into an address."""
    material = "\n".join((client, address, user_agent)).encode()
    return hmac.new(salt, material, hashlib.sha256).hexdigest()[:16]


def consented_visitor(secret: str, client: str, anonymous: str) -> str:
    """A name for a browser that agreed to be recognised: the same tomorrow, and not its own id."""
    material = f"visitor:{client}:{anonymous}".encode()
    return hmac.new(secret.encode(), material, hashlib.sha256).hexdigest()[:16]


class DailySalt:
    """A random value per day, shared by every api through Redis and gone two days later."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._cached: tuple[date, bytes] | None = None

    async def of(self, day: date) -> bytes:
        """The salt of `day`; the first to ask makes it."""
        if self._cached is None or self._cached[0] != day:
            self._cached = (day, await self._shared(day))
        return self._cached[1]

    async def _shared(self, day: date) -> bytes:
        key = f"le:salt:{day.isoformat()}"
        await self._redis.set(key, secrets.token_bytes(32), nx=True, ex=_TWO_DAYS)
        salt = await self._redis.get(key)
        if not isinstance(salt, bytes):
            message = "the salt of the day is gone"
            raise RedisError(message)
        return salt
