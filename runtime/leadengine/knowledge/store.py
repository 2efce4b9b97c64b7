"""Documents and passages in PostgreSQL; each call runs in a tenant's transaction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.knowledge.reading import Section

_ADD = """
INSERT INTO documents (tenant_id, title, source, content_hash) VALUES (%s, %s, %s, %s)
RETURNING id
"""
_FILL = """
INSERT INTO passages (tenant_id, document_id, number, heading, text)
SELECT %s, %s, number, heading, text
FROM jsonb_to_recordset(%s::jsonb) AS r (number integer, heading text, text text)
"""
_LIST = """
SELECT d.id, d.title, d.source, d.added_at, count(p.number) AS passages
FROM documents d LEFT JOIN passages p ON p.tenant_id = d.tenant_id AND p.document_id = d.id
GROUP BY d.tenant_id, d.id ORDER BY d.title, d.source
"""


@dataclass(frozen=True)
class Document:
    """A file of the client's, and how many passages it was cut into."""

    id: UUID
    title: str
    source: str
    added_at: datetime
    passages: int


async def replace(
    connection: Connection, tenant: UUID, source: str, passages: Sequence[Section]
) -> bool:
    """Take a document in, in place of the one with the same source; False: nothing has changed.

    The transaction makes it visible whole or not at all.
    """
    rows = [
        {"number": number, "heading": passage.heading, "text": passage.text}
        for number, passage in enumerate(passages)
    ]
    payload = json.dumps(rows)
    digest = hashlib.sha256(payload.encode()).hexdigest()
    cursor = await connection.execute(
        "DELETE FROM documents WHERE source = %s AND content_hash <> %s", (source, digest)
    )
    cursor = await connection.execute("SELECT FROM documents WHERE source = %s", (source,))
    if await cursor.fetchone():
        return False
    title = next((passage.heading for passage in passages if passage.heading), source)
    cursor = await connection.execute(_ADD, (tenant, title, source, digest))
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an insert returns its row
    await connection.execute(_FILL, (tenant, row[0], payload))
    return True


async def remove(connection: Connection, document: UUID) -> None:
    """Forget a document with its passages."""
    await connection.execute("DELETE FROM documents WHERE id = %s", (document,))


async def knows_anything(connection: Connection) -> bool:
    """Whether there is a passage at all."""
    cursor = await connection.execute("SELECT EXISTS (SELECT FROM passages)")
    row = await cursor.fetchone()
    return bool(row and row[0])


async def documents(connection: Connection) -> list[Document]:
    """Everything that is known, by title."""
    async with connection.cursor(row_factory=class_row(Document)) as cursor:
        await cursor.execute(_LIST)
        return await cursor.fetchall()
