"""Conversations in PostgreSQL; each call runs in a tenant's transaction."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID, uuid4

from leadengine.concierge.answering import Answer
from leadengine.database import Connection

_CONTINUE = """
INSERT INTO conversations (tenant_id, id, visitor, page_url) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, id) DO UPDATE SET last_at = now()
WHERE conversations.visitor = excluded.visitor RETURNING id
"""
_TURN = """
INSERT INTO turns (tenant_id, conversation_id, question, answer, citations, answered)
VALUES (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Asked:
    """A question as it came in: who asks, on which page, in which conversation of theirs."""

    visitor: str
    page_url: str
    question: str
    conversation: UUID | None


async def keep(connection: Connection, tenant: UUID, asked: Asked, answer: Answer) -> UUID:
    """Note a turn; returns the conversation: the one that was named, if it is this visitor's."""
    wanted = asked.conversation or uuid4()
    for conversation in (wanted, uuid4()):
        words = (tenant, conversation, asked.visitor, asked.page_url)
        cursor = await connection.execute(_CONTINUE, words)
        if await cursor.fetchone():
            break
    citations = json.dumps([asdict(citation) for citation in answer.citations])
    turn = (tenant, conversation, asked.question, answer.text, citations, answer.answered)
    await connection.execute(_TURN, turn)
    return conversation
