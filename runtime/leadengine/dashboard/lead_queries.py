"""What the pages about leads ask the database; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.leads.scoring import label_of

_LEADS = """
SELECT l.id, l.email, l.name, l.company, l.phone, l.first_seen_at, l.last_seen_at,
       l.fit, l.engagement, l.reasons, coalesce(u.email, '') AS owner
FROM leads l LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.owner_id
"""
_ORDERS = {
    True: "ORDER BY l.fit + 2 * l.engagement DESC, l.last_seen_at DESC LIMIT %s",
    False: "ORDER BY l.last_seen_at DESC LIMIT %s",
}
_DEEDS = """
SELECT e.type, e.name, e.url, e.title, e.occurred_at AS at
FROM lead_visitors b
JOIN visits v ON v.tenant_id = b.tenant_id AND v.visitor = b.visitor
JOIN events e ON e.tenant_id = v.tenant_id AND e.visit_id = v.id
WHERE b.lead_id = %s ORDER BY e.occurred_at DESC LIMIT %s
"""


@dataclass(frozen=True)
class Lead:
    """A person with their score."""

    id: UUID
    email: str
    name: str
    company: str
    phone: str
    first_seen_at: datetime
    last_seen_at: datetime
    fit: int
    engagement: int
    reasons: list[dict[str, str | int]]
    owner: str

    @property
    def label(self) -> str:
        """`hot`, `warm` or `cold`."""
        return label_of(self.fit, self.engagement)


@dataclass(frozen=True)
class Deed:
    """One thing a person did on the website."""

    type: str
    name: str
    url: str
    title: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """A message about a lead, and what became of it."""

    kind: str
    channel: str
    sent_at: datetime | None
    problem: str


async def leads(connection: Connection, *, by_score: bool, limit: int) -> list[Lead]:
    """The most promising, or else the most recent."""
    async with connection.cursor(row_factory=class_row(Lead)) as cursor:
        await cursor.execute(_LEADS + _ORDERS[by_score], (limit,))
        return await cursor.fetchall()


async def lead(connection: Connection, lead: UUID) -> Lead | None:
    """One lead."""
    async with connection.cursor(row_factory=class_row(Lead)) as cursor:
        await cursor.execute(_LEADS + "WHERE l.id = %s", (lead,))
        return await cursor.fetchone()


async def deeds(connection: Connection, lead: UUID, limit: int) -> list[Deed]:
    """What a lead did, the latest first, also before they said who they are."""
    async with connection.cursor(row_factory=class_row(Deed)) as cursor:
        await cursor.execute(_DEEDS, (lead, limit))
        return await cursor.fetchall()


async def told(connection: Connection, lead: UUID) -> list[Told]:
    """Who was told of a lead, and how that went."""
    async with connection.cursor(row_factory=class_row(Told)) as cursor:
        await cursor.execute(
            "SELECT kind, channel, sent_at, problem FROM notices WHERE lead_id = %s ORDER BY made_at",
            (lead,),
        )
        return await cursor.fetchall()
