"""The numbers of what was not kept, in PostgreSQL."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from leadengine.database import Connection

# The numbers are totals: copied twice they are the same, and a Redis that lost some takes nothing away.
_COPY = """
INSERT INTO drops (tenant_id, day, reason, events) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, day, reason) DO UPDATE SET events = greatest(drops.events, excluded.events)
"""


async def copy(connection: Connection, tenant: UUID, day: date, totals: Mapping[str, int]) -> None:
    """Bring a day's numbers up to date."""
    for reason, events in totals.items():
        await connection.execute(_COPY, (tenant, day, reason, events))


async def since(connection: Connection, day: date) -> dict[str, int]:
    """What was not kept from a day on, by reason, the most frequent first."""
    cursor = await connection.execute(
        "SELECT reason, sum(events)::bigint FROM drops WHERE day >= %s GROUP BY 1 ORDER BY 2 DESC",
        (day,),
    )
    return dict(await cursor.fetchall())
