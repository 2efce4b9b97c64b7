"""Packed days in PostgreSQL: made from visits and events, and forgotten when these change."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from psycopg.rows import dict_row

from leadengine.database import Connection
from leadengine.insight.columns import Columns
from leadengine.insight.packing import FORMAT, LISTS, ONES, Event, Row

_COLUMNS = ", ".join(("id", "visitor", "pages", *ONES, *LISTS.values()))
_VISITS = f"""
SELECT {_COLUMNS} FROM visits WHERE started_at >= %(begin)s AND started_at < %(end)s ORDER BY started_at, id
"""  # noqa: S608 - names of our own columns
# Nobody's visit goes on for longer than the day after.
_EVENTS = """
SELECT visit_id, type, subject, occurred_at FROM events
WHERE occurred_at >= %(begin)s AND occurred_at < %(end)s + interval '1 day' AND type IN ('page', 'track')
"""
_KEEP = """
INSERT INTO packed_days (tenant_id, day, format, visits, trails) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, day) DO UPDATE
SET format = excluded.format, visits = excluded.visits, trails = excluded.trails, packed_at = now()
"""
# A visit is counted on the day it began, and a page that came late on its own.
_VISITED = """
SELECT DISTINCT day FROM day_counts
WHERE kind IN ('visits', 'pages') AND name = '' AND day >= %(begin)s AND day < %(end)s
"""
_MISSING = f"""
{_VISITED} EXCEPT SELECT day FROM packed_days WHERE format = %(format)s AND packed_at > %(since)s
ORDER BY day DESC
"""  # noqa: S608 - from above
_READ = """
SELECT day, {columns} FROM packed_days
WHERE day >= %(begin)s AND day < %(end)s AND format = %(format)s ORDER BY day
"""
_AT_ONCE = 15

Part = Literal["visits", "trails"]
"""Who came, and what was done in these visits."""

_FORGET = "DELETE FROM packed_days WHERE day = ANY(%s)"
_FORGET_BEFORE = "DELETE FROM packed_days WHERE day <= %s"
_FORGET_ALL = "DELETE FROM packed_days"


async def visited(connection: Connection, begin: date, end: date) -> list[date]:
    """Days with visits, packed or not."""
    cursor = await connection.execute(_VISITED, {"begin": begin, "end": end})
    return [day for (day,) in await cursor.fetchall()]


async def missing(connection: Connection, begin: date, end: date, since: datetime) -> list[date]:
    """Days with visits that are not packed, or were packed before `since`; newest first."""
    values = {"begin": begin, "end": end, "format": FORMAT, "since": since}
    cursor = await connection.execute(_MISSING, values)
    return [day for (day,) in await cursor.fetchall()]


async def rows_of(connection: Connection, begin: datetime) -> tuple[list[Row], list[Event]]:
    """The visits that began on a day, and all events of that day and the next."""
    values = {"begin": begin, "end": begin + timedelta(days=1)}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_VISITS.encode(), values)
        visits: list[Row] = list(await cursor.fetchall())
    events = await connection.execute(_EVENTS, values)
    return visits, await events.fetchall()


async def keep(
    connection: Connection, tenant: UUID, day: date, visits: Columns, trails: Columns
) -> None:
    """Keep a packed day in place of an older one."""
    row = (tenant, day, FORMAT, visits.to_bytes(), trails.to_bytes())
    await connection.execute(_KEEP, row)


async def read(
    connection: Connection, begin: date, end: date, *parts: Part
) -> AsyncIterator[tuple[date, list[Columns]]]:
    """Those days that are packed, the wanted parts of each; never many of them in memory at once."""
    query = _READ.format(columns=", ".join(parts)).encode()
    for first in range(0, (end - begin).days, _AT_ONCE):
        last = min(end, begin + timedelta(days=first + _AT_ONCE))
        values = {"begin": begin + timedelta(days=first), "end": last, "format": FORMAT}
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(query, values)
            for day, *packed in await cursor.fetchall():
                yield day, [Columns.of_bytes(each) for each in packed]


async def forget(connection: Connection, days: Iterable[date]) -> None:
    """In the transaction that changes visits of these days: what was packed is no longer true."""
    await connection.execute(_FORGET, (sorted(days),))


async def forget_until(connection: Connection, day: date) -> None:
    """The same for all days up to this one."""
    await connection.execute(_FORGET_BEFORE, (day,))


async def forget_all(connection: Connection) -> None:
    """The same for all days."""
    await connection.execute(_FORGET_ALL)
