"""Documents and passages in PostgreSQL; each call runs in a tenant's transaction."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.knowledge.embedding.base import Matrix
from leadengine.knowledge.passages import Passage
from leadengine.knowledge.sameness import fingerprint, same

_ADD = """
INSERT INTO documents
  (tenant_id, id, title, source, content_hash, url, site_id, answers, left_out, likeness)
VALUES (%(tenant)s, %(id)s, %(title)s, %(source)s, %(hash)s, %(url)s, %(site)s, %(answers)s,
  %(left_out)s, %(likeness)s)
"""
_FILL = """
INSERT INTO passages
  (tenant_id, document_id, number, section, heading, text, context, vector, embedder)
SELECT %s, %s, number, section, heading, text, context, decode(vector, 'hex'), %s
FROM jsonb_to_recordset(%s::jsonb)
  AS r (number integer, section integer, heading text, text text, context text, vector text)
"""
_LIST = """
SELECT d.id, d.title, d.source, d.url, d.added_at, d.left_out, d.site_id,
       count(p.number) AS passages
FROM documents d LEFT JOIN passages p ON p.tenant_id = d.tenant_id AND p.document_id = d.id
GROUP BY d.tenant_id, d.id ORDER BY d.title, d.source
"""
_STATE = "SELECT coalesce(md5(string_agg(id::text, ',' ORDER BY id)), '') FROM documents"
_VECTORS = """
SELECT document_id, number, vector FROM passages WHERE embedder = %s AND vector IS NOT NULL
"""
_WITHOUT = """
SELECT document_id, number, heading, text, context FROM passages
WHERE embedder <> %s OR vector IS NULL LIMIT %s
"""


@dataclass(frozen=True)
class Document:
    """A live document, and how many passages it was cut into.

    Attributes:
        left_out: sentences that spoke to machines and were not taken in.
    """

    id: UUID
    title: str
    source: str
    url: str
    added_at: datetime
    left_out: int
    site_id: UUID | None
    passages: int


@dataclass(frozen=True)
class Prepared:
    """A document that is ready to go live."""

    id: UUID
    title: str
    source: str
    url: str
    site_id: UUID | None
    answers: bool
    left_out: int
    passages: Sequence[Passage]


def digest_of(document: Prepared) -> str:
    """What decides whether two versions say the same."""
    said = [[one.section, one.heading, one.text] for one in document.passages]
    return hashlib.sha256(json.dumps([document.title, said]).encode()).hexdigest()


def likeness_of(document: Prepared) -> int:
    """What documents share that hardly differ."""
    return fingerprint(" ".join(passage.text for passage in document.passages))


async def twin_of(connection: Connection, document: Prepared) -> str:
    """The source of another page of the same site that says the same; empty: there is none.

    It stays until the transaction ends: who leaves a page out for it, and who takes it away, wait for
    each other.
    """
    if document.site_id is None:
        return ""
    cursor = await connection.execute(
        "SELECT source, likeness FROM documents WHERE site_id = %s AND source <> %s",
        (document.site_id, document.source),
    )
    mark = likeness_of(document)
    for source, other in await cursor.fetchall():
        if same(mark, other):
            held = await connection.execute(
                "SELECT FROM documents WHERE source = %s FOR SHARE", (source,)
            )
            if await held.fetchone() is not None:
                return str(source)
    return ""


async def unchanged(connection: Connection, document: Prepared) -> bool:
    """Whether the live document of this source says the same."""
    cursor = await connection.execute(
        "SELECT FROM documents WHERE source = %s AND content_hash = %s",
        (document.source, digest_of(document)),
    )
    return await cursor.fetchone() is not None


async def replace(
    connection: Connection,
    tenant: UUID,
    document: Prepared,
    vectors: Sequence[Matrix] | None,
    embedder: str,
) -> None:
    """Take a document in, in place of the one with the same source.

    The transaction makes it visible whole or not at all.
    """
    await connection.execute("DELETE FROM documents WHERE source = %s", (document.source,))
    values = {
        "tenant": tenant,
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "hash": digest_of(document),
        "url": document.url,
        "site": document.site_id,
        "answers": document.answers,
        "left_out": document.left_out,
        "likeness": likeness_of(document),
    }
    await connection.execute(_ADD, values)
    rows = [
        {
            "number": number,
            "section": passage.section,
            "heading": passage.heading,
            "text": passage.text,
            "context": passage.context,
            "vector": None if vectors is None else vectors[number].tobytes().hex(),
        }
        for number, passage in enumerate(document.passages)
    ]
    named = "" if vectors is None else embedder
    await connection.execute(_FILL, (tenant, document.id, named, json.dumps(rows)))


async def remove(connection: Connection, document: UUID) -> None:
    """Forget a document with its passages."""
    await connection.execute("DELETE FROM documents WHERE id = %s", (document,))


async def remove_of_site(connection: Connection, site: UUID, url: str) -> None:
    """Forget a page that its site does not have any more."""
    await connection.execute("DELETE FROM documents WHERE site_id = %s AND url = %s", (site, url))


async def knows_anything(connection: Connection) -> bool:
    """Whether there is a passage at all."""
    cursor = await connection.execute("SELECT EXISTS (SELECT FROM passages)")
    row = await cursor.fetchone()
    return bool(row and row[0])


async def documents(connection: Connection) -> list[Document]:
    """Everything that is live, by title."""
    async with connection.cursor(row_factory=class_row(Document)) as cursor:
        await cursor.execute(_LIST)
        return await cursor.fetchall()


async def state(connection: Connection) -> str:
    """A word for the set of live documents: another set, another word."""
    cursor = await connection.execute(_STATE)
    row = await cursor.fetchone()
    return row[0] if row else ""


async def vectors_of(
    connection: Connection, embedder: str, dimension: int
) -> dict[tuple[UUID, int], Matrix]:
    """All vectors of a model, some for each passage."""
    cursor = await connection.execute(_VECTORS, (embedder,))
    return {
        (document, number): np.frombuffer(raw, np.float32).reshape(-1, dimension)
        for document, number, raw in await cursor.fetchall()
    }


async def without_vector(
    connection: Connection, embedder: str, most: int
) -> dict[tuple[UUID, int], Passage]:
    """Passages that this model has not seen: older ones, or another model was used."""
    cursor = await connection.execute(_WITHOUT, (embedder, most))
    return {
        (document, number): Passage(0, heading, text, context)
        for document, number, heading, text, context in await cursor.fetchall()
    }


async def give_vectors(
    connection: Connection, vectors: Mapping[tuple[UUID, int], Matrix], embedder: str
) -> None:
    """Note vectors that were computed later."""
    rows = [
        (vector.tobytes(), embedder, document, number)
        for (document, number), vector in vectors.items()
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "UPDATE passages SET vector = %s, embedder = %s WHERE document_id = %s AND number = %s",
            rows,
        )
