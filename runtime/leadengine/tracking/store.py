"""Events and visits in PostgreSQL.

Row-level security forbids COPY into a table of ours, so rows are copied into a temporary one and moved.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.insight import store as insight
from leadengine.privacy.tombstones import without_erased
from leadengine.tracking import counts
from leadengine.tracking.queue import Accepted
from leadengine.tracking.visits import Placed, Visit, days_of, place, subject_of

# One writer per tenant at a time, so that two workers never open two visits for one visitor.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('visits:' || %s::text, 0))"

_REMEMBER = """
INSERT INTO event_receipts (tenant_id, message_id, received_at)
SELECT %s, message_id, received_at FROM unnest(%s::uuid[], %s::timestamptz[]) AS r (message_id, received_at)
ON CONFLICT DO NOTHING
RETURNING message_id
"""

_OF_VISITS = tuple(field.name for field in fields(Visit))
_LATEST = f"""
SELECT DISTINCT ON (visitor) {", ".join(_OF_VISITS)}
FROM visits WHERE visitor = ANY(%s)
ORDER BY visitor, last_seen_at DESC
"""  # noqa: S608 - names of our own fields

_VISITS = f"""
INSERT INTO visits (tenant_id, {", ".join(_OF_VISITS)})
SELECT %(tenant)s, {", ".join(_OF_VISITS)} FROM jsonb_populate_recordset(NULL::visits, %(visits)s)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  started_at = excluded.started_at, last_seen_at = excluded.last_seen_at, pages = excluded.pages,
  exit = excluded.exit, paths = excluded.paths, deeds = excluded.deeds
"""  # noqa: S608 - names of our own fields

_OF_EVENTS = (
    *("message_id", "occurred_at", "received_at", "type", "visit_id", "visitor", "url", "title"),
    *("referrer", "name", "properties", "subject"),
)
_INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
  message_id uuid, occurred_at timestamptz, received_at timestamptz, type text, visit_id uuid,
  visitor text, url text, title text, referrer text, name text, properties jsonb, subject text
) ON COMMIT DELETE ROWS
"""
_COPY = f"COPY pg_temp.incoming ({', '.join(_OF_EVENTS)}) FROM STDIN"
_MOVE = f"""
INSERT INTO events (tenant_id, {", ".join(_OF_EVENTS)})
SELECT %s, {", ".join(_OF_EVENTS)} FROM pg_temp.incoming
"""  # noqa: S608 - names of our own columns

_CONSENT = """
INSERT INTO consents (tenant_id, message_id, at, visitor, choices, wording, source, page)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


async def write(connection: Connection, tenant: UUID, events: Sequence[Accepted]) -> list[Accepted]:
    """Add events that are not there yet, and the visits they make; returns the new ones.

    The caller's transaction is bound to `tenant`; what was written before is left out, so the same
    events may be handed over any number of times. Of events without a visitor only numbers are kept.
    """
    await one_at_a_time(connection, tenant)
    fresh = await without_erased(connection, tenant, await _fresh(connection, tenant, events))
    for event in fresh:
        if event.type == "consent":
            await _note_consent(connection, tenant, event)
    seen = [event for event in fresh if event.visitor and event.type != "consent"]
    placed = place(seen, await _latest_visits(connection, seen))
    await _insert(connection, tenant, placed)
    await insight.forget(connection, days_of(placed.visits))
    numbers = counts.of_visits(placed) + counts.of_strangers(fresh)
    await counts.add(connection, tenant, numbers)
    return fresh


async def one_at_a_time(connection: Connection, tenant: UUID) -> None:
    """Wait until nobody else writes events of this tenant, and keep others waiting until the commit."""
    await connection.execute(_ONE_AT_A_TIME, (str(tenant),))


async def _fresh(
    connection: Connection, tenant: UUID, events: Sequence[Accepted]
) -> list[Accepted]:
    by_id = {event.message_id: event for event in reversed(events)}
    received = [event.received_at for event in by_id.values()]
    cursor = await connection.execute(_REMEMBER, (tenant, list(by_id), received))
    return [by_id[message_id] for (message_id,) in await cursor.fetchall()]


async def _note_consent(connection: Connection, tenant: UUID, event: Accepted) -> None:
    said = dict(event.properties)
    wording, source = str(said.pop("wording", "")), str(said.pop("source", ""))
    row = (event.occurred_at, event.visitor, json.dumps(said), wording, source, event.url)
    await connection.execute(_CONSENT, (tenant, event.message_id, *row))


async def _latest_visits(connection: Connection, events: Sequence[Accepted]) -> dict[str, Visit]:
    async with connection.cursor(row_factory=class_row(Visit)) as cursor:
        await cursor.execute(_LATEST.encode(), (sorted({event.visitor for event in events}),))
        return {visit.visitor: visit for visit in await cursor.fetchall()}


async def _insert(connection: Connection, tenant: UUID, placed: Placed) -> None:
    if not placed.events:
        return
    for day in {event.occurred_at.date().replace(day=1) for event, _ in placed.events}:
        await connection.execute("SELECT ensure_event_partition(%s)", (day,))
    visits = json.dumps([asdict(visit) for visit in placed.visits], default=str)
    await connection.execute(_VISITS.encode(), {"tenant": tenant, "visits": visits})
    await connection.execute(_INCOMING)
    async with connection.cursor() as cursor:
        async with cursor.copy(_COPY.encode()) as copy:
            for event, visit in placed.events:
                await copy.write_row(_row(event, visit))
        await cursor.execute(_MOVE.encode(), (tenant,))


def _row(event: Accepted, visit: UUID) -> tuple[object, ...]:
    """In the order of `_OF_EVENTS`."""
    return (
        *(event.message_id, event.occurred_at, event.received_at, event.type, visit),
        *(event.visitor, event.url, event.title, event.referrer, event.name),
        *(json.dumps(dict(event.properties)), subject_of(event)),
    )
