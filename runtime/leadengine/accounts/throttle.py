"""Guessing passwords is slow: after a few failures an account and an address have to wait."""

import hashlib
from dataclasses import dataclass

from redis.asyncio import Redis

WINDOW_SECONDS = 15 * 60
PER_ACCOUNT = 5
PER_ADDRESS = 30


@dataclass(frozen=True)
class Attempt:
    """Who tries to sign in, from where; only hashes of both are kept."""

    email: str
    address: str

    def limits(self) -> tuple[tuple[str, int], ...]:
        """The counters this attempt falls under, each with the failures it allows."""
        return (
            (f"le:sign-in:account:{_digest(self.email.lower())}", PER_ACCOUNT),
            (f"le:sign-in:address:{_digest(self.address)}", PER_ADDRESS),
        )


class Throttle:
    """Counters in Redis, shared by every api.

    Raises:
        redis.exceptions.RedisError: when Redis does not answer; nobody is let in uncounted.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def seconds_to_wait(self, attempt: Attempt) -> int:
        """Count one more attempt; 0 when it may go on, else the seconds to wait."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            for key, _ in attempt.limits():
                pipeline.incr(key)
                pipeline.expire(key, WINDOW_SECONDS, nx=True)
                pipeline.ttl(key)
            answers = await pipeline.execute()
        counts, remaining = answers[0::3], answers[2::3]
        waits = [
            left
            for (_, allowed), count, left in zip(attempt.limits(), counts, remaining, strict=True)
            if count > allowed
        ]
        return max(waits, default=0)

    async def forgive(self, attempt: Attempt) -> None:
        """Start anew for an account whose owner signed in."""
        await self._redis.delete(attempt.limits()[0][0])


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:32]
