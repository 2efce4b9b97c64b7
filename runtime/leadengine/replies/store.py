"""Replies in PostgreSQL; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from leadengine.concierge import store
from leadengine.database import Connection

_FOLLOW = """
WITH due AS (
  SELECT m.conversation_id, m.number, c.thread FROM messages m
  JOIN calls c ON c.tenant_id = m.tenant_id AND c.conversation_id = m.conversation_id
  WHERE c.thread <> '' AND c.made_at > now() - interval '30 days' AND m.author = 'visitor'
    AND m.said_at > c.sent_at AND m.passed_on_at IS NULL AND m.next_try_at <= now() AND m.tries < %s
  ORDER BY m.said_at LIMIT 1 FOR UPDATE OF m SKIP LOCKED)
UPDATE messages m SET tries = m.tries + 1, next_try_at = now() + interval '10 s' * 2 ^ m.tries
FROM due WHERE m.conversation_id = due.conversation_id AND m.number = due.number
RETURNING m.conversation_id, m.number, m.text, due.thread
"""


@dataclass(frozen=True)
class Following:
    """What a visitor wrote while a person answers them from a thread."""

    conversation_id: UUID
    number: int
    text: str
    thread: str


async def people(connection: Connection) -> dict[str, str]:
    """Whoever may answer, by id, with their address."""
    cursor = await connection.execute(
        "SELECT id::text, email FROM users WHERE role <> 'viewer' ORDER BY email LIMIT 50"
    )
    return dict(await cursor.fetchall())


async def take(
    connection: Connection,
    tenant: UUID,
    conversation: UUID,
    text: str,
    origin: str,
    person: str = "",
) -> bool:
    """Say something once, however often it is handed over; False: there is no such conversation.

    Args:
        origin: what names the message where it comes from.
        person: who of the client's says it; empty: the visitor.
    """
    cursor = await connection.execute(
        "SELECT FROM conversations WHERE id = %s FOR UPDATE", (conversation,)
    )
    if await cursor.fetchone() is None:
        return False
    cursor = await connection.execute(
        "SELECT FROM messages WHERE conversation_id = %s AND origin = %s", (conversation, origin)
    )
    if await cursor.fetchone() is None:
        await store.say(connection, tenant, conversation, text, person, origin)
    return True


async def conversation_of(connection: Connection, thread: str) -> UUID | None:
    """The conversation that a thread was begun for."""
    cursor = await connection.execute(
        "SELECT conversation_id FROM calls WHERE channel = 'slack' AND thread = %s"
        " ORDER BY made_at DESC LIMIT 1",
        (thread,),
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def next_to_follow(connection: Connection, most_tries: int) -> Following | None:
    """Something a thread has not been told yet; due again later unless `followed` is called."""
    async with connection.cursor(row_factory=class_row(Following)) as cursor:
        await cursor.execute(_FOLLOW, (most_tries,))
        return await cursor.fetchone()


async def followed(connection: Connection, one: Following) -> None:
    """The thread has it."""
    await connection.execute(
        "UPDATE messages SET passed_on_at = now() WHERE conversation_id = %s AND number = %s",
        (one.conversation_id, one.number),
    )
