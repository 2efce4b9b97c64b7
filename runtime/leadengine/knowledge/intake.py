"""Files on their way in: queued, fetched, chunked, embedded; then they are live documents, or have failed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection

MOST_WAITING = 1000
"""Files of a tenant that may wait at a time."""
MOST_TRIES = 3

_PUT = """
INSERT INTO intake (tenant_id, source, name, encoding, url, site_id, content)
VALUES (%(tenant)s, %(source)s, %(name)s, %(encoding)s, %(url)s, %(site)s, %(content)s)
ON CONFLICT (tenant_id, source) DO UPDATE SET
  id = gen_random_uuid(), name = excluded.name, encoding = excluded.encoding, url = excluded.url,
  site_id = excluded.site_id, content = excluded.content, state = 'queued', problem = '', tries = 0,
  added_at = now(), claimed_until = '-infinity'
"""
_CLAIM = """
UPDATE intake SET claimed_until = now() + interval '5 min', tries = tries + 1, state = 'fetched'
WHERE id = (
  SELECT id FROM intake WHERE state NOT IN ('failed', 'left out') AND claimed_until < now()
  ORDER BY added_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, source, name, encoding, url, site_id, content, tries
"""


@dataclass(frozen=True)
class File:
    """What is to be taken in; `id` becomes the document's."""

    id: UUID
    source: str
    name: str
    encoding: str
    url: str
    site_id: UUID | None
    content: bytes
    tries: int


@dataclass(frozen=True)
class Waiting:
    """How far a file is, for people; `problem` says why it failed."""

    id: UUID
    source: str
    state: str
    problem: str
    added_at: datetime


@dataclass(frozen=True)
class Arrival:
    """A file as it is handed over: by a person, or by the crawler under its address."""

    source: str
    name: str
    content: bytes
    encoding: str = ""
    url: str = ""
    site_id: UUID | None = None


class FullError(Exception):
    """Too many files wait already; the text says how many."""


async def put(connection: Connection, tenant: UUID, arrival: Arrival) -> None:
    """Queue a file, in place of one with the same source that is still waiting.

    Raises:
        FullError: too many are waiting.
    """
    cursor = await connection.execute(
        "SELECT count(*) FROM intake WHERE state NOT IN ('failed', 'left out')"
    )
    row = await cursor.fetchone()
    if row and row[0] >= MOST_WAITING:
        raise FullError(f"{row[0]} files are waiting to be read; try again when some are")
    values = {
        "tenant": tenant,
        "source": arrival.source,
        "name": arrival.name,
        "encoding": arrival.encoding,
        "url": arrival.url,
        "site": arrival.site_id,
        "content": arrival.content,
    }
    await connection.execute(_PUT, values)


async def claim(connection: Connection) -> File | None:
    """The next file; it is free again in five minutes unless `done` or `failed` is called."""
    async with connection.cursor(row_factory=class_row(File)) as cursor:
        await cursor.execute(_CLAIM)
        return await cursor.fetchone()


async def reached(connection: Connection, file: UUID, state: str) -> None:
    """Show how far it is."""
    await connection.execute("UPDATE intake SET state = %s WHERE id = %s", (state, file))


async def done(connection: Connection, file: UUID) -> bool:
    """It is live; False: a newer version came in meanwhile, or it was removed."""
    cursor = await connection.execute("DELETE FROM intake WHERE id = %s RETURNING id", (file,))
    return await cursor.fetchone() is not None


async def failed(connection: Connection, file: UUID, problem: str, state: str = "failed") -> None:
    """It is not taken in; its content is of no more use."""
    await connection.execute(
        "UPDATE intake SET state = %s, problem = %s, content = '' WHERE id = %s",
        (state, problem, file),
    )


async def waiting(connection: Connection) -> list[Waiting]:
    """What is not live yet, failures first."""
    async with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        await cursor.execute(
            "SELECT id, source, state, problem, added_at FROM intake"
            " ORDER BY state = 'left out', state = 'failed' DESC, added_at LIMIT 200"
        )
        return await cursor.fetchall()


async def forget(connection: Connection, file: UUID) -> None:
    """Take a file out of the queue."""
    await connection.execute("DELETE FROM intake WHERE id = %s", (file,))
