"""Events and visits in PostgreSQL."""

import json
from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.tracking.queue import Accepted
from leadengine.tracking.visits import Placed, Visit, place

# One writer per tenant at a time, so that two workers never open two visits for one visitor.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('visits:' || %s::text, 0))"

_REMEMBER = """
INSERT INTO event_receipts (tenant_id, message_id, received_at)
SELECT %(tenant)s, message_id, min(received_at)
FROM jsonb_to_recordset(%(events)s::jsonb) AS r (message_id uuid, received_at timestamptz)
GROUP BY message_id
ON CONFLICT DO NOTHING
RETURNING message_id
"""

_LATEST = """
SELECT DISTINCT ON (visitor) id, visitor, started_at, last_seen_at, pages,
       landing_url, landing_title, referrer
FROM visits WHERE visitor = ANY(%s)
ORDER BY visitor, last_seen_at DESC
"""

_VISITS = """
INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages,
                    landing_url, landing_title, referrer)
SELECT %(tenant)s, id, visitor, started_at, last_seen_at, pages,
       landing_url, landing_title, referrer
FROM jsonb_to_recordset(%(visits)s::jsonb) AS r (
  id uuid, visitor text, started_at timestamptz, last_seen_at timestamptz, pages integer,
  landing_url text, landing_title text, referrer text)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  started_at = excluded.started_at, last_seen_at = excluded.last_seen_at, pages = excluded.pages
"""

_EVENTS = """
INSERT INTO events (tenant_id, message_id, occurred_at, received_at, type, visit_id, visitor,
                    url, title, referrer, name, properties)
SELECT %(tenant)s, message_id, occurred_at, received_at, type, visit_id, visitor,
       url, title, referrer, name, properties
FROM jsonb_to_recordset(%(events)s::jsonb) AS r (
  message_id uuid, occurred_at timestamptz, received_at timestamptz, type text, visit_id uuid,
  visitor text, url text, title text, referrer text, name text, properties jsonb)
"""


async def write(connection: Connection, tenant: UUID, events: Sequence[Accepted]) -> list[Accepted]:
    """Add events that are not there yet, and the visits they make; returns the new ones.

    The caller's transaction is bound to `tenant`; what was written before is left out, so the same
    events may be handed over any number of times.
    """
    await connection.execute(_ONE_AT_A_TIME, (str(tenant),))
    fresh = await _fresh(connection, tenant, events)
    placed = place(fresh, await _latest_visits(connection, fresh))
    await _insert(connection, tenant, placed)
    return fresh


async def _fresh(
    connection: Connection, tenant: UUID, events: Sequence[Accepted]
) -> list[Accepted]:
    by_id = {event.message_id: event for event in reversed(events)}
    payload = json.dumps([event.as_fields() for event in events])
    cursor = await connection.execute(_REMEMBER, {"tenant": tenant, "events": payload})
    return [by_id[message_id] for (message_id,) in await cursor.fetchall()]


async def _latest_visits(connection: Connection, events: Sequence[Accepted]) -> dict[str, Visit]:
    async with connection.cursor(row_factory=class_row(Visit)) as cursor:
        await cursor.execute(_LATEST, (sorted({event.visitor for event in events}),))
        return {visit.visitor: visit for visit in await cursor.fetchall()}


async def _insert(connection: Connection, tenant: UUID, placed: Placed) -> None:
    for day in {event.occurred_at.date().replace(day=1) for event, _ in placed.events}:
        await connection.execute("SELECT ensure_event_partition(%s)", (day,))
    visits = json.dumps([vars(visit) for visit in placed.visits], default=str)
    await connection.execute(_VISITS, {"tenant": tenant, "visits": visits})
    rows = [{**event.as_fields(), "visit_id": str(visit)} for event, visit in placed.events]
    await connection.execute(_EVENTS, {"tenant": tenant, "events": json.dumps(rows)})
