"""What the worker does again and again, beside writing events."""

import asyncio
import logging
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from leadengine.database import Database
from leadengine.settings import Settings
from leadengine.tenants import hosting
from leadengine.tenants.hosting import Client
from leadengine.tracking import drop_store
from leadengine.tracking.drops import Drops

log = logging.getLogger(__name__)

_KNOWN_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 30.0
"""A long pause is another worker's: it may be killed in it."""

Chore = Callable[[UUID], Awaitable[None]]
"""Something to do for one tenant; done twice, it changes nothing."""


Making = Callable[[Settings], Chore]
"""Makes the chore of the client whose settings these are."""


Due = list[tuple[UUID, Settings]]
"""Tenants for whom something is to be done, each with its settings."""


class Whose(Protocol):
    """For whom there is something to do."""

    def round(self, chore: str, seconds: float) -> AbstractAsyncContextManager[Due | None]:
        """Those for whom the chore of this name, which is done every so many seconds, is done in the context.

        None: another worker does it.
        """
        ...


@dataclass
class OneClient:
    """The client of a stack of its own; suspended, it rests."""

    database: Database
    settings: Settings
    _client: Client | None = None
    _read_at: float = -math.inf

    @asynccontextmanager
    async def round(self, _chore: str, _seconds: float) -> AsyncIterator[Due | None]:
        """It is always its turn, once it is seeded; its stack has one worker."""
        yield await self._due()

    async def _due(self) -> Due:
        if self._client is None or time.monotonic() - self._read_at > _KNOWN_SECONDS:
            self._client = await hosting.find(self.database, self.settings.client_id)
            self._read_at = time.monotonic()
        client = self._client
        return [] if client is None or client.suspended else [(client.id, self.settings)]


@dataclass(frozen=True)
class Round:
    """Chores, each with its pause in seconds."""

    whose: Whose
    stopping: asyncio.Event

    async def every(self, seconds: float, name: str, making: Making) -> None:
        """Repeat until the worker is told to stop; trouble is logged and waited out."""
        while not self.stopping.is_set():
            rest = seconds
            try:
                async with self.whose.round(name, seconds) as due:
                    if due is None:
                        # By chance, so that no worker always comes first.
                        rest = min(seconds, _LOOK_AGAIN_SECONDS) * random.uniform(0.3, 1)  # noqa: S311
                    for tenant, settings in due or ():
                        await self._do(making(settings), tenant)
            except Exception:
                log.exception("whose turn it is cannot be told; it is tried again")
            await self._pause(rest)

    async def _do(self, chore: Chore, tenant: UUID) -> None:
        """One client's trouble is nobody else's, and must not keep the worker from writing events."""
        if self.stopping.is_set():
            return
        try:
            await chore(tenant)
        except Exception:
            log.exception("a chore failed; it is tried again")

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return


def copy_drops(database: Database, drops: Drops) -> Chore:
    """Keep the numbers of yesterday and today in the database."""

    async def chore(tenant: UUID) -> None:
        today = datetime.now(UTC).date()
        for day in (today - timedelta(days=1), today):
            totals = await drops.of(day)
            async with database.tenant(tenant) as connection:
                await drop_store.copy(connection, tenant, day, totals)

    return chore


def tend_partitions(database: Database) -> Chore:
    """Give each month of events its index, and let go of months that nobody may keep."""

    async def chore(tenant: UUID) -> None:
        async with database.tenant(tenant) as connection:
            await connection.execute("SELECT tend_event_partitions()")

    return chore
