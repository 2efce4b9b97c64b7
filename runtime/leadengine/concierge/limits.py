"""How much one visitor may ask or hand in: enough for a person, too little for a machine."""

from datetime import UTC, datetime

from redis.asyncio import Redis

PER_MINUTE = 8
PER_DAY = 40


class Allowance:
    """Counters in Redis, shared by every api.

    Raises:
        redis.exceptions.RedisError: when Redis does not answer.
    """

    def __init__(self, redis: Redis, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys

    async def take(self, visitor: str, address: str) -> bool:
        """Count one more; False when it is too many for the day or, from this address, the minute."""
        now = datetime.now(UTC)
        counters = {f"{address}:{now:%Y%m%d%H%M}": 60, f"{visitor}:{now:%Y%m%d}": 86_400}
        async with self._redis.pipeline(transaction=True) as pipeline:
            for name, seconds in counters.items():
                key = f"{self._keys}ask:{name}"
                pipeline.incr(key)
                pipeline.expire(key, seconds)
            answers = await pipeline.execute()
        minute, day = answers[0::2]
        return bool(minute <= PER_MINUTE and day <= PER_DAY)
