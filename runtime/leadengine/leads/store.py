"""Leads in PostgreSQL; each call runs in a tenant's transaction."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.leads.contact import Contact, contact_from
from leadengine.leads.scoring import HORIZON, Score, Signal
from leadengine.tracking.queue import Accepted

# What is said again replaces what was said before; an empty value takes nothing away.
_MEET = """
INSERT INTO leads (tenant_id, email, name, company, phone, first_seen_at, last_seen_at)
VALUES (%(tenant)s, %(email)s, %(name)s, %(company)s, %(phone)s, %(at)s, %(at)s)
ON CONFLICT (tenant_id, lower(email)) DO UPDATE SET
  name = coalesce(nullif(excluded.name, ''), leads.name),
  company = coalesce(nullif(excluded.company, ''), leads.company),
  phone = coalesce(nullif(excluded.phone, ''), leads.phone)
RETURNING id
"""
_LINK = """
INSERT INTO lead_visitors (tenant_id, visitor, lead_id) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, visitor) DO UPDATE SET lead_id = excluded.lead_id
"""
_GROUP = """
UPDATE leads SET company = %s, scored_at = NULL
WHERE company = '' AND id IN (SELECT lead_id FROM lead_visitors WHERE visitor = %s)
"""
_TOUCH = """
UPDATE leads SET last_seen_at = greatest(last_seen_at, %s), scored_at = NULL
WHERE id IN (SELECT lead_id FROM lead_visitors WHERE visitor = ANY(%s))
"""
_TO_SCORE = """
SELECT id, email, name, company, phone, owner_id FROM leads
WHERE scored_at IS NULL OR (scored_at < now() - interval '6 hours' AND last_seen_at > now() - %s)
ORDER BY scored_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED
"""
_SIGNALS = """
SELECT e.type, e.name, e.url, e.occurred_at AS at
FROM lead_visitors l
JOIN visits v ON v.tenant_id = l.tenant_id AND v.visitor = l.visitor
JOIN events e ON e.tenant_id = v.tenant_id AND e.visit_id = v.id
WHERE l.lead_id = %s AND e.occurred_at > now() - %s
ORDER BY e.occurred_at DESC LIMIT 1000
"""


@dataclass(frozen=True)
class Unscored:
    """A lead whose score is not what it should be."""

    id: UUID
    email: str
    name: str
    company: str
    phone: str
    owner_id: UUID | None

    @property
    def contact(self) -> Contact:
        """What the rules look at."""
        return Contact(self.email, self.name, self.company, self.phone)


async def remember(connection: Connection, tenant: UUID, events: Sequence[Accepted]) -> None:
    """Make or complete the leads in these events, and note that known ones were here again."""
    for event in events:
        contact = contact_from(event.properties) if event.type == "identify" else None
        if contact is not None:
            await _meet(connection, tenant, contact, event)
        elif event.type == "group" and event.name:
            await connection.execute(_GROUP, (event.name, event.visitor))
    if events:
        latest = max(event.occurred_at for event in events)
        await connection.execute(_TOUCH, (latest, sorted({event.visitor for event in events})))


async def _meet(connection: Connection, tenant: UUID, contact: Contact, event: Accepted) -> None:
    values = {**asdict(contact), "tenant": tenant, "at": event.occurred_at}
    cursor = await connection.execute(_MEET, values)
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an upsert always returns its row
    if event.visitor:
        await connection.execute(_LINK, (tenant, event.visitor, row[0]))


async def to_score(connection: Connection, limit: int) -> list[Unscored]:
    """Leads that did something, and those whose past has faded; locked until the commit."""
    async with connection.cursor(row_factory=class_row(Unscored)) as cursor:
        await cursor.execute(_TO_SCORE, (HORIZON, limit))
        return await cursor.fetchall()


async def signals(connection: Connection, lead: UUID) -> list[Signal]:
    """What a lead did, in every browser that is known to be theirs."""
    async with connection.cursor(row_factory=class_row(Signal)) as cursor:
        await cursor.execute(_SIGNALS, (lead, HORIZON))
        return await cursor.fetchall()


async def keep_score(connection: Connection, lead: UUID, score: Score, now: datetime) -> None:
    """Note the score with its reasons."""
    reasons = json.dumps([asdict(reason) for reason in score.reasons])
    await connection.execute(
        "UPDATE leads SET fit = %s, engagement = %s, reasons = %s, scored_at = %s WHERE id = %s",
        (score.fit, score.engagement, reasons, now, lead),
    )
