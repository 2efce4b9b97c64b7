"""Guessing passwords is slow, for whoever guesses.

Who fails at an account has to wait, from where they are: its owner elsewhere is not locked out. Many
failures at one account, from wherever, make each further attempt take longer, for everybody alike.
"""

import hashlib
from dataclasses import dataclass

from redis.asyncio import Redis

WINDOW_SECONDS = 15 * 60
PER_ACCOUNT_AND_SOURCE = 5
PER_SOURCE = 30
PER_ACCOUNT_AT_FULL_SPEED = 10
SLOWEST_SECONDS = 4.0


@dataclass(frozen=True)
class Attempt:
    """Who tries to sign in, from where; only hashes of both are kept."""

    email: str
    address: str

    def limits(self) -> tuple[tuple[str, int], ...]:
        """The counters this attempt falls under, each with the failures it allows."""
        account, source = _digest(self.email.lower()), _digest(self.address)
        return (
            (f"sign-in:pair:{account}:{source}", PER_ACCOUNT_AND_SOURCE),
            (f"sign-in:source:{source}", PER_SOURCE),
        )

    @property
    def account(self) -> str:
        """The counter of the account alone, from wherever."""
        return f"sign-in:account:{_digest(self.email.lower())}"


@dataclass(frozen=True)
class Pace:
    """How an attempt goes on: refused for `wait` seconds, or allowed after `delay` seconds."""

    wait: int
    delay: float


class Throttle:
    """Counters in Redis, shared by every api.

    Raises:
        redis.exceptions.RedisError: when Redis does not answer; nobody is let in uncounted.
    """

    def __init__(self, redis: Redis, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys

    async def count(self, attempt: Attempt) -> Pace:
        """Count one more attempt."""
        names = (*(key for key, _ in attempt.limits()), attempt.account)
        keys = [self._keys + name for name in names]
        async with self._redis.pipeline(transaction=True) as pipeline:
            for key in keys:
                pipeline.incr(key)
                pipeline.expire(key, WINDOW_SECONDS, nx=True)
                pipeline.ttl(key)
            answers = await pipeline.execute()
        counts, remaining = answers[0::3], answers[2::3]
        waits = [
            left
            for (_, allowed), count, left in zip(attempt.limits(), counts, remaining, strict=False)
            if count > allowed
        ]
        return Pace(max(waits, default=0), slowed(counts[-1]))

    async def forgive(self, attempt: Attempt) -> None:
        """Start anew for somebody who signed in from here."""
        await self._redis.delete(self._keys + attempt.limits()[0][0])


def slowed(attempts: int) -> float:
    """How long the next attempt at an account takes, in seconds: nothing at first, then ever more."""
    beyond = attempts - PER_ACCOUNT_AT_FULL_SPEED
    return 0.0 if beyond <= 0 else min(SLOWEST_SECONDS, 0.25 * 2 ** min(beyond // 3, 10))


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:32]
