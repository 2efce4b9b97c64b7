"""What the pages about leads ask the database; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.leads.scoring import label_of

_LEADS = """
SELECT l.id, l.email, l.name, l.company, l.phone, l.first_seen_at, l.last_seen_at,
       l.fit, l.engagement, l.reasons, l.owner_id,
       coalesce(nullif(u.name, ''), u.email, '') AS owner
FROM leads l LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.owner_id
"""
# The labels' limits as `scoring.label_of` has them, three times as large.
_LABELS = {
    "hot": "fit + 2 * engagement >= 210",
    "warm": "fit + 2 * engagement >= 120 AND fit + 2 * engagement < 210",
    "cold": "fit + 2 * engagement < 120",
}
_ORDERS = {
    "score": "ORDER BY l.fit + 2 * l.engagement DESC, l.last_seen_at DESC, l.id LIMIT %(limit)s",
    "recent": "ORDER BY l.last_seen_at DESC, l.id LIMIT %(limit)s",
}
_TALKS = """
SELECT c.id, c.started_at, coalesce((SELECT question FROM turns t WHERE t.tenant_id = c.tenant_id
  AND t.conversation_id = c.id ORDER BY number LIMIT 1), '')
FROM conversations c JOIN lead_visitors b ON b.tenant_id = c.tenant_id AND b.visitor = c.visitor
WHERE b.lead_id = %s ORDER BY c.started_at DESC LIMIT 10
"""
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
    owner_id: UUID | None
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


@dataclass(frozen=True)
class Wanted:
    """Which leads a page shows: everything empty is everybody."""

    label: str = ""
    owner: str = ""
    text: str = ""
    sort: str = "score"

    def where(self) -> str:
        """The conditions, of our own making; values are parameters."""
        parts = ["true"]
        if self.label in _LABELS:
            parts.append(_LABELS[self.label])
        if self.owner:
            parts.append("l.owner_id::text = %(owner)s")
        if self.text:
            parts.append(
                "strpos(lower(l.email || ' ' || l.name || ' ' || l.company), lower(%(text)s)) > 0"
            )
        return "WHERE " + " AND ".join(parts)


async def leads(connection: Connection, wanted: Wanted, limit: int) -> list[Lead]:
    """Those that are wanted, the most promising or the most recent first."""
    query = f"{_LEADS} {wanted.where()} {_ORDERS.get(wanted.sort, _ORDERS['score'])}"
    async with connection.cursor(row_factory=class_row(Lead)) as cursor:
        await cursor.execute(query.encode(), {**vars(wanted), "limit": limit})
        return await cursor.fetchall()


async def labels(connection: Connection) -> dict[str, int]:
    """How many are hot, warm and cold."""
    counts = ", ".join(f"count(*) FILTER (WHERE {rule})" for rule in _LABELS.values())
    query = f"SELECT {counts} FROM leads"  # noqa: S608 - constants
    cursor = await connection.execute(query.encode())
    return dict(zip(_LABELS, await cursor.fetchone() or (0, 0, 0), strict=True))


async def owners(connection: Connection) -> list[tuple[UUID, str]]:
    """Who may be given leads: id, and what they are called."""
    cursor = await connection.execute(
        "SELECT id, coalesce(nullif(name, ''), email) FROM users WHERE role <> 'viewer' ORDER BY 2"
    )
    return await cursor.fetchall()


async def give(connection: Connection, lead: UUID, owner: UUID) -> bool:
    """Give a lead to somebody; False when there is no such lead or person here."""
    cursor = await connection.execute(
        "UPDATE leads SET owner_id = u.id FROM users u WHERE leads.id = %s AND u.id = %s"
        " AND u.role <> 'viewer'",
        (lead, owner),
    )
    return cursor.rowcount == 1


async def talks(connection: Connection, lead: UUID) -> list[tuple[UUID, datetime, str]]:
    """What a lead asked the concierge: conversation, moment, first question."""
    cursor = await connection.execute(_TALKS, (lead,))
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
