"""How much a client uses: counted in memory, added up in Redis by day, copied to the database.

A process that is killed loses the last two seconds of its numbers; they are for bills, not for proofs.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadengine.chores import Chore
from leadengine.database import Database

_EVERY_SECONDS = 2.0
_KEPT_SECONDS = 3 * 86_400
# Totals: copied twice they are the same.
_COPY = """
INSERT INTO usage_days (tenant_id, day, name, number) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, day, name) DO UPDATE
SET number = greatest(usage_days.number, excluded.number)
"""


class Meter:
    """Counters of one process."""

    def __init__(self, redis: Redis, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys
        self._counted: Counter[tuple[str, str]] = Counter()

    def of(self, keys: str) -> "Meter":
        """A meter of another client; whoever flushes one of them flushes both."""
        other = Meter(self._redis, keys)
        other._counted = self._counted
        return other

    def add(self, name: str, number: int = 1) -> None:
        """Count; costs nothing and cannot fail."""
        self._counted[self._keys, name] += number

    async def flush(self) -> None:
        """Hand over what was counted; kept for the next time when Redis does not answer."""
        taken = Counter(self._counted)
        if not taken:
            return
        self._counted.clear()
        day = datetime.now(UTC).date()
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                for (keys, name), number in taken.items():
                    pipeline.hincrby(_key(keys, day), name, number)
                    pipeline.expire(_key(keys, day), _KEPT_SECONDS)
                await pipeline.execute()
        except RedisError:
            self._counted.update(taken)

    async def run(self) -> None:
        """Hand over again and again, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            with suppress(RedisError, OSError):
                await self.flush()


def copy_usage(database: Database, redis: Redis, keys: str = "le:") -> Chore:
    """Keep the numbers of yesterday and today in the database."""

    async def chore(tenant: UUID) -> None:
        today = datetime.now(UTC).date()
        for day in (today - timedelta(days=1), today):
            found: Any = await redis.hgetall(_key(keys, day))
            async with database.tenant(tenant) as connection:
                for name, number in found.items():
                    await connection.execute(_COPY, (tenant, day, name.decode(), int(number)))

    return chore


def _key(keys: str, day: date) -> str:
    return f"{keys}usage:{day.isoformat()}"
