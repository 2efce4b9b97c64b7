"""The worker's part: days that are over are packed, and now and then anew."""

import asyncio
import logging
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.insight import store
from leadengine.insight.packing import pack_trails, pack_visits
from leadengine.tracking.store import one_at_a_time

log = logging.getLogger(__name__)

DAYS = 181
"""A quarter and the one before it."""

# Visits of before midnight may go on for a while; what comes later has its day packed once more.
_OVER = timedelta(hours=1)
# Code from before this table was known changes visits without a word of it.
_ANEW = timedelta(days=7)


def pack_days(database: Database) -> Chore:
    """Pack each day that is over and is not packed, the newest first."""

    async def chore(tenant: UUID) -> None:
        now = datetime.now(UTC)
        end = (now - _OVER).date()
        async with database.tenant(tenant) as connection:
            days = await store.missing(connection, end - timedelta(days=DAYS), end, now - _ANEW)
        for day in days:
            await pack_day(database, tenant, day)
            await asyncio.sleep(0)
        if days:
            log.info("%d days packed", len(days))

    return chore


async def pack_day(database: Database, tenant: UUID, day: date) -> None:
    """Nobody writes meanwhile, so what is packed is what is there."""
    async with database.tenant(tenant) as connection:
        await one_at_a_time(connection, tenant)
        visits, events = await store.rows_of(connection, datetime.combine(day, time(), UTC))
        packed = await asyncio.to_thread(lambda: (pack_visits(visits), pack_trails(visits, events)))
        await store.keep(connection, tenant, day, *packed)
