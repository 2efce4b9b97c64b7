"""Whom the workers of a shared stack look after: those with something going on often, all now and then."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from leadengine.chores import Due
from leadengine.database import Database
from leadengine.settings import Settings
from leadengine.tenants import hosting
from leadengine.tenants.hosting import ACTIVE, Client
from leadengine.tenants.turns import Turns

_ACTIVE_SECONDS = 900
_ALL_EVERY_SECONDS = 60.0
"""What is due without anybody having come, such as a webhook's next try, waits so long at most."""
_LIST_SECONDS = 5.0


@dataclass
class ManyClients:
    """The clients of a shared stack, for one of its workers; suspended ones rest."""

    database: Database
    redis: Redis
    settings: Settings
    turns: Turns
    _listed: list[Client] = field(default_factory=list)
    _listed_at: float = 0.0
    _rounds: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def round(self, chore: str, seconds: float) -> AsyncIterator[Due | None]:
        """For whom it is done now, unless another worker is at it or was a moment ago."""
        async with self.turns.take(chore, seconds) as mine:
            yield await self._due(chore, seconds) if mine else None

    async def _due(self, chore: str, seconds: float) -> Due:
        """A chore with a long pause is everybody's each time."""
        clients = [one for one in await self._clients() if not one.suspended]
        now = time.monotonic()
        if now - self._rounds.get(chore, 0) < max(seconds, _ALL_EVERY_SECONDS) * 0.9:
            active = await self._active()
            clients = [one for one in clients if one.client_id in active or not one.slug]
        else:
            self._rounds[chore] = now
        return [(one.id, one.settings(self.settings)) for one in clients]

    async def _clients(self) -> list[Client]:
        if time.monotonic() - self._listed_at > _LIST_SECONDS:
            self._listed = await hosting.every(self.database)
            self._listed_at = time.monotonic()
        return self._listed

    async def _active(self) -> frozenset[str]:
        since = time.time() - _ACTIVE_SECONDS
        await self.redis.zremrangebyscore(ACTIVE, "-inf", since)
        found: Any = await self.redis.zrangebyscore(ACTIVE, since, "+inf")
        return frozenset(each.decode() for each in found)
