"""Conversations in PostgreSQL; each call runs in a tenant's transaction."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg.rows import class_row

from leadengine.concierge.answers import Answer
from leadengine.concierge.prompt import Turn
from leadengine.database import Connection

_CONTINUE = """
INSERT INTO conversations (tenant_id, id, visitor, page_url) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, id) DO UPDATE SET last_at = now()
WHERE conversations.visitor = excluded.visitor OR %s
RETURNING id
"""
_TURN = """
INSERT INTO turns (tenant_id, conversation_id, question, answer, citations, answered, mode, model)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_SAY = """
INSERT INTO messages (tenant_id, conversation_id, author, user_id, text, origin)
VALUES (%s, %s, %s, (SELECT id FROM users WHERE lower(email) = lower(%s)), %s, %s)
"""
_WAIT = """
UPDATE conversations SET state = 'waiting', reason = %s, waiting_since = now(), last_at = now(),
  email = CASE WHEN %s <> '' THEN %s ELSE email END, name = CASE WHEN %s <> '' THEN %s ELSE name END
WHERE id = %s AND state <> 'human'
"""


@dataclass(frozen=True)
class Asked:
    """A question as it came in.

    Attributes:
        conversation: the one it belongs to; None for the first.
        proven: it came with that conversation's key.
    """

    visitor: str
    page_url: str
    question: str
    conversation: UUID | None
    proven: bool = False


@dataclass(frozen=True)
class State:
    """Who answers in a conversation: `bot`, nobody yet (`waiting`), or a person (`human`)."""

    id: UUID
    state: str
    email: str
    turns: int
    missed: int


@dataclass(frozen=True)
class Message:
    """What a person of the client's wrote, or the visitor to them."""

    number: int
    author: str
    text: str
    said_at: datetime


async def open_for(connection: Connection, tenant: UUID, asked: Asked) -> UUID:
    """The conversation that was named, if it is this visitor's; else a new one."""
    wanted = asked.conversation or uuid4()
    for conversation in (wanted, uuid4()):
        words = (tenant, conversation, asked.visitor, asked.page_url, asked.proven)
        cursor = await connection.execute(_CONTINUE, words)
        if await cursor.fetchone():
            break
    return conversation


async def state_of(connection: Connection, conversation: UUID) -> State | None:
    """How a conversation stands; `missed` counts the last answers that were none."""
    async with connection.cursor(row_factory=class_row(State)) as cursor:
        await cursor.execute(
            "SELECT c.id, c.state, c.email, (SELECT count(*) FROM turns t WHERE t.conversation_id = c.id)"
            " AS turns, (SELECT count(*) FROM (SELECT answered FROM turns t WHERE t.conversation_id = c.id"
            " ORDER BY number DESC LIMIT 2) last WHERE NOT answered) AS missed"
            " FROM conversations c WHERE c.id = %s",
            (conversation,),
        )
        return await cursor.fetchone()


async def earlier(connection: Connection, conversation: UUID, most: int) -> list[Turn]:
    """What was asked and answered, in order."""
    cursor = await connection.execute(
        "SELECT question, answer FROM turns WHERE conversation_id = %s AND answered"
        " ORDER BY number DESC LIMIT %s",
        (conversation, most),
    )
    return [Turn(*row) for row in reversed(await cursor.fetchall())]


async def keep(
    connection: Connection, tenant: UUID, conversation: UUID, question: str, answer: Answer
) -> None:
    """Note a turn."""
    citations = json.dumps([asdict(citation) for citation in answer.citations])
    said = (answer.text, citations, answer.answered, answer.mode, answer.model)
    await connection.execute(_TURN, (tenant, conversation, question, *said))


async def say(
    connection: Connection,
    tenant: UUID,
    conversation: UUID,
    text: str,
    person: str = "",
    origin: str = "",
) -> None:
    """Note a message of a person's, by their address; of the visitor's without one.

    Args:
        origin: what names it where it came from; empty: the dashboard, or the widget.
    """
    author = "person" if person else "visitor"
    await connection.execute(_SAY, (tenant, conversation, author, person, text, origin))
    state = "human" if person else "waiting"
    await connection.execute(
        "UPDATE conversations SET last_at = now(), state = CASE WHEN state = 'human' THEN state"
        " ELSE %s END WHERE id = %s",
        (state, conversation),
    )


async def wait(
    connection: Connection, conversation: UUID, reason: str, email: str = "", name: str = ""
) -> None:
    """A person is wanted; from now on nobody but a person answers."""
    await connection.execute(_WAIT, (reason, email, email, name, name, conversation))


async def resolve(connection: Connection, conversation: UUID) -> None:
    """The person is done; the concierge answers again."""
    await connection.execute(
        "UPDATE conversations SET state = 'bot', waiting_since = NULL WHERE id = %s",
        (conversation,),
    )


async def news(connection: Connection, conversation: UUID, after: int) -> list[Message]:
    """What people wrote since message `after`; whoever asks has read it."""
    async with connection.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute(
            "UPDATE messages SET read_at = coalesce(read_at, now())"
            " WHERE conversation_id = %s AND author = 'person' AND number > %s"
            " RETURNING number, author, text, said_at",
            (conversation, after),
        )
        return sorted(await cursor.fetchall(), key=lambda one: one.number)


async def messages(connection: Connection, conversation: UUID) -> list[Message]:
    """All that was written between a person and the visitor."""
    async with connection.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute(
            "SELECT number, author, text, said_at FROM messages WHERE conversation_id = %s ORDER BY number",
            (conversation,),
        )
        return await cursor.fetchall()
