"""Several workers share the chores: one of them does a chore at a time, and none before it is due again.

A turn is a key in Redis that ends by itself. While a chore is done it is kept up, so that a worker that was
killed is followed by another half a minute later; afterwards it lasts until the next round may begin.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TURN = "le:worker:turn:"
"""What the names of the keys begin with; the chore's name follows, the value is the worker's."""

HELD_SECONDS = 30.0
_KEEP_UP_SECONDS = 10.0
# A little less than the pause: whoever looks first when a round is due may begin it.
_RESTS = 0.8


@dataclass(frozen=True)
class Turns:
    """The turns of one worker.

    A worker that stood still for half a minute may find another at the same chore; chores bear that,
    since they claim what they take on in the database.

    Attributes:
        worker: its name, for people who look at the keys.
        held_seconds: how long a turn outlasts a worker that is gone.
    """

    redis: Redis
    worker: str
    held_seconds: float = HELD_SECONDS

    @asynccontextmanager
    async def take(self, chore: str, seconds: float) -> AsyncIterator[bool]:
        """True: it is this worker's turn for as long as the context lasts.

        Args:
            seconds: the pause between two rounds of the chore, whoever does them.

        Raises:
            redis.exceptions.RedisError: nobody can tell whose turn it is.
        """
        key = TURN + chore
        if not await self.redis.set(key, self.worker, nx=True, px=_ms(self.held_seconds)):
            yield False
            return
        keeping = asyncio.create_task(self._keep_up(key))
        try:
            yield True
        finally:
            keeping.cancel()
            with suppress(RedisError, OSError):
                await self.redis.pexpire(key, _ms(seconds * _RESTS))

    async def _keep_up(self, key: str) -> None:
        while True:
            await asyncio.sleep(min(_KEEP_UP_SECONDS, self.held_seconds / 3))
            try:
                kept = await self.redis.pexpire(key, _ms(self.held_seconds))
            except (RedisError, OSError):
                continue
            if not kept:
                log.warning("the turn at %s ended while it was used", key.removeprefix(TURN))


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
