"""What the pages about conversations ask the database; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.concierge import spend
from leadengine.database import Connection

_CONVERSATIONS = """
SELECT c.id, c.last_at, c.page_url, c.state, c.email,
       coalesce(t.question, 'Wants to talk to a person') AS question, t.turns, t.unanswered,
       coalesce(nullif(l.name, ''), l.email, nullif(c.name, ''), c.email) AS person, l.id AS lead_id
FROM conversations c
JOIN LATERAL (
  SELECT (array_agg(question ORDER BY number))[1] AS question, count(*) AS turns,
         count(*) FILTER (WHERE NOT answered) AS unanswered
  FROM turns WHERE tenant_id = c.tenant_id AND conversation_id = c.id
) t ON true
LEFT JOIN lead_visitors v ON v.tenant_id = c.tenant_id AND v.visitor = c.visitor
LEFT JOIN leads l ON l.tenant_id = v.tenant_id AND l.id = v.lead_id
"""
_UNANSWERED = """
SELECT question, count(*) FROM turns
WHERE NOT answered AND mode <> 'handover' AND asked_at > now() - interval '30 days'
GROUP BY lower(question), question ORDER BY count(*) DESC, max(asked_at) DESC LIMIT %s
"""


@dataclass(frozen=True)
class Conversation:
    """One visitor's questions in a row.

    Attributes:
        person: empty while nobody knows who asks.
        state: who answers: `bot`, nobody yet (`waiting`), or a person (`human`).
    """

    id: UUID
    last_at: datetime
    page_url: str
    question: str
    turns: int
    unanswered: int
    person: str
    lead_id: UUID | None
    state: str
    email: str


@dataclass(frozen=True)
class Turn:
    """A question and its answer."""

    asked_at: datetime
    question: str
    answer: str
    citations: list[dict[str, str]]
    answered: bool
    mode: str
    model: str


async def conversations(connection: Connection, limit: int) -> list[Conversation]:
    """Those that wait for a person first, then the latest."""
    async with connection.cursor(row_factory=class_row(Conversation)) as cursor:
        await cursor.execute(
            _CONVERSATIONS + "ORDER BY c.state = 'waiting' DESC, c.last_at DESC LIMIT %s", (limit,)
        )
        return await cursor.fetchall()


async def conversation(connection: Connection, wanted: UUID) -> Conversation | None:
    """One of them."""
    async with connection.cursor(row_factory=class_row(Conversation)) as cursor:
        await cursor.execute(_CONVERSATIONS + "WHERE c.id = %s", (wanted,))
        return await cursor.fetchone()


async def turns(connection: Connection, conversation: UUID) -> list[Turn]:
    """What was said, in order."""
    async with connection.cursor(row_factory=class_row(Turn)) as cursor:
        await cursor.execute(
            "SELECT asked_at, question, answer, citations, answered, mode, model FROM turns"
            " WHERE conversation_id = %s ORDER BY number",
            (conversation,),
        )
        return await cursor.fetchall()


async def unanswered(connection: Connection, limit: int = 20) -> list[tuple[str, int]]:
    """What could not be answered in the last 30 days, the most frequent first."""
    cursor = await connection.execute(_UNANSWERED, (limit,))
    return await cursor.fetchall()


async def month(connection: Connection) -> tuple[int, int, int]:
    """Questions of this month, those that were answered, and millionths of a dollar for the model."""
    cursor = await connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE answered) FROM turns"
        " WHERE asked_at >= date_trunc('month', now())"
    )
    row = await cursor.fetchone() or (0, 0)
    return row[0], row[1], await spend.of_month(connection)
