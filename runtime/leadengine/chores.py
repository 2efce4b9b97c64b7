"""What the worker does again and again, beside writing events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from leadengine.database import Database
from leadengine.tracking import drop_store
from leadengine.tracking.drops import Drops

log = logging.getLogger(__name__)

Chore = Callable[[UUID], Awaitable[None]]
"""Something to do for one tenant; done twice, it changes nothing."""


@dataclass(frozen=True)
class Round:
    """Chores of one client, each with its pause in seconds."""

    database: Database
    client_id: str
    stopping: asyncio.Event

    async def every(self, seconds: float, chore: Chore) -> None:
        """Repeat until the worker is told to stop; trouble is logged and waited out."""
        while not self.stopping.is_set():
            try:
                tenant = await self.database.tenant_of(self.client_id)
                if tenant is not None:
                    await chore(tenant)
            except Exception:
                # A chore that fails must not keep the worker from writing events.
                log.exception("a chore failed; it is tried again")
            await self._pause(seconds)

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
