"""What the first page asks the database; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection

_RECENT = """
SELECT v.started_at, v.visitor, v.pages, v.landing_url, v.landing_title, v.device,
       coalesce(nullif(v.source, ''), substring(v.referrer from '^https?://([^/:?]+)'), 'Direct') AS source,
       coalesce(c.name, v.company) AS company, l.id AS lead_id,
       coalesce(nullif(l.name, ''), l.email, '') AS person
FROM (SELECT * FROM visits ORDER BY started_at DESC LIMIT %s) v
LEFT JOIN companies c ON c.tenant_id = v.tenant_id AND c.domain = v.company
LEFT JOIN lead_visitors b ON b.tenant_id = v.tenant_id AND b.visitor = v.visitor
LEFT JOIN leads l ON l.tenant_id = b.tenant_id AND l.id = b.lead_id
ORDER BY v.started_at DESC
"""


@dataclass(frozen=True)
class RecentVisit:
    """One row of the table."""

    started_at: datetime
    visitor: str
    pages: int
    landing_url: str
    landing_title: str
    source: str
    company: str
    device: str
    lead_id: UUID | None
    person: str


async def recent_visits(connection: Connection, limit: int) -> list[RecentVisit]:
    """The newest visits, newest first."""
    async with connection.cursor(row_factory=class_row(RecentVisit)) as cursor:
        await cursor.execute(
            _RECENT,
            (limit,),
        )
        return await cursor.fetchall()


async def newest_visit(connection: Connection) -> UUID | None:
    """The visit that began last."""
    cursor = await connection.execute("SELECT id FROM visits ORDER BY started_at DESC LIMIT 1")
    row = await cursor.fetchone()
    return row[0] if row else None
