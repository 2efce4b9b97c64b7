"""What the visits page asks the database; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.dashboard.periods import Period
from leadengine.database import Connection


@dataclass(frozen=True)
class RecentVisit:
    """One row of the table."""

    started_at: datetime
    visitor: str
    pages: int
    landing_url: str
    landing_title: str
    referrer: str


@dataclass(frozen=True)
class Totals:
    """The numbers above the chart."""

    visits: int
    visitors: int
    pages: int


async def recent_visits(connection: Connection, limit: int) -> list[RecentVisit]:
    """The newest visits, newest first."""
    async with connection.cursor(row_factory=class_row(RecentVisit)) as cursor:
        await cursor.execute(
            "SELECT started_at, visitor, pages, landing_url, landing_title, referrer"
            " FROM visits ORDER BY started_at DESC LIMIT %s",
            (limit,),
        )
        return await cursor.fetchall()


async def newest_visit(connection: Connection) -> UUID | None:
    """The visit that began last."""
    cursor = await connection.execute("SELECT id FROM visits ORDER BY started_at DESC LIMIT 1")
    row = await cursor.fetchone()
    return row[0] if row else None


async def totals(connection: Connection, since: datetime) -> Totals:
    """Visits, distinct visitors and page views since a moment."""
    async with connection.cursor(row_factory=class_row(Totals)) as cursor:
        await cursor.execute(
            "SELECT count(*) AS visits, count(DISTINCT visitor) AS visitors,"
            " coalesce(sum(pages), 0) AS pages FROM visits WHERE started_at >= %s",
            (since,),
        )
        found = await cursor.fetchone()
    return found or Totals(0, 0, 0)


async def visits_by_step(
    connection: Connection, period: Period, since: datetime
) -> dict[datetime, int]:
    """How many visits began in each step of a period; steps without any are left out."""
    cursor = await connection.execute(
        "SELECT date_trunc(%s, started_at, 'UTC'), count(*) FROM visits"
        " WHERE started_at >= %s GROUP BY 1",
        (period.unit, since),
    )
    return dict(await cursor.fetchall())
