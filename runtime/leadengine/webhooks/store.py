"""Webhooks and their deliveries in PostgreSQL; each call runs in a tenant's transaction."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection

MOST_TRIES = 6
MOST_WEBHOOKS = 10

# One delivery for each webhook, event and lead; a lead that was there before the webhook is no news.
_MAKE = """
INSERT INTO deliveries (tenant_id, webhook_id, event, lead_id, payload)
SELECT w.tenant_id, w.id, %(event)s, %(lead)s, %(payload)s FROM webhooks w
WHERE w.active AND NOT EXISTS (SELECT FROM deliveries d WHERE d.tenant_id = w.tenant_id
  AND d.webhook_id = w.id AND d.event = %(event)s AND d.lead_id = %(lead)s)
  AND (%(event)s <> 'lead.created'
       OR w.made_at <= (SELECT first_seen_at + interval '1 min' FROM leads WHERE id = %(lead)s))
"""
# At once, then after a minute, five, thirty, and twice two hours.
_CLAIM = """
WITH due AS (
  SELECT id FROM deliveries WHERE sent_at IS NULL AND next_try_at <= now() AND tries < %s
  ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE deliveries d SET tries = d.tries + 1, next_try_at = now() + (ARRAY[
    interval '1 min', interval '5 min', interval '30 min', interval '2 h', interval '2 h'])[
      least(d.tries + 1, 5)]
  FROM due WHERE d.id = due.id RETURNING d.id, d.webhook_id, d.event, d.payload, d.made_at, d.tries
)
SELECT c.id, c.event, c.payload, c.made_at, c.tries, w.url, w.nonce
FROM claimed c JOIN webhooks w ON w.id = c.webhook_id
"""


@dataclass(frozen=True)
class Webhook:
    """An address that wants to be told."""

    id: UUID
    url: str
    nonce: bytes
    active: bool
    made_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One message on its way, as it was claimed."""

    id: UUID
    event: str
    payload: dict[str, object]
    made_at: datetime
    tries: int
    url: str
    nonce: bytes


@dataclass(frozen=True)
class Logged:
    """What became of a delivery."""

    id: UUID
    event: str
    made_at: datetime
    tries: int
    sent_at: datetime | None
    problem: str


async def webhooks(connection: Connection) -> list[Webhook]:
    """All of them, the oldest first."""
    async with connection.cursor(row_factory=class_row(Webhook)) as cursor:
        await cursor.execute(
            "SELECT id, url, nonce, active, made_at FROM webhooks ORDER BY made_at"
        )
        return await cursor.fetchall()


async def add(connection: Connection, tenant: UUID, url: str) -> None:
    """One more, unless there are ten."""
    await connection.execute(
        "INSERT INTO webhooks (tenant_id, url, nonce) SELECT %s, %s, %s"
        " WHERE (SELECT count(*) FROM webhooks) < %s",
        (tenant, url, secrets.token_bytes(24), MOST_WEBHOOKS),
    )


async def remove(connection: Connection, webhook: UUID) -> bool:
    """Forget one, and its deliveries; False when there is none."""
    cursor = await connection.execute("DELETE FROM webhooks WHERE id = %s", (webhook,))
    return cursor.rowcount == 1


async def make(connection: Connection, event: str, lead: UUID | None, payload: object) -> None:
    """Have every webhook told."""
    values = {"event": event, "lead": lead, "payload": json.dumps(payload)}
    await connection.execute(_MAKE, values)


async def test(connection: Connection, tenant: UUID, webhook: UUID) -> bool:
    """Have one webhook told that this is a test; False when there is none."""
    cursor = await connection.execute(
        "INSERT INTO deliveries (tenant_id, webhook_id, event, payload)"
        " SELECT %s, id, 'test', %s FROM webhooks WHERE id = %s",
        (tenant, json.dumps({"message": "This is a test."}), webhook),
    )
    return cursor.rowcount == 1


async def claim(connection: Connection) -> Delivery | None:
    """The next that is due; it is due again later unless `done` is called."""
    async with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        await cursor.execute(_CLAIM, (MOST_TRIES,))
        return await cursor.fetchone()


async def done(connection: Connection, delivery: UUID, problem: str = "") -> None:
    """Note that a receiver took it, or why not."""
    sent = "" if problem else ", sent_at = now()"
    await connection.execute(
        f"UPDATE deliveries SET problem = %s{sent} WHERE id = %s",  # noqa: S608 - constants
        (problem, delivery),
    )


async def log(connection: Connection, webhook: UUID, limit: int = 20) -> list[Logged]:
    """The latest deliveries of one webhook."""
    async with connection.cursor(row_factory=class_row(Logged)) as cursor:
        await cursor.execute(
            "SELECT id, event, made_at, tries, sent_at, problem FROM deliveries"
            " WHERE webhook_id = %s ORDER BY made_at DESC LIMIT %s",
            (webhook, limit),
        )
        return await cursor.fetchall()
