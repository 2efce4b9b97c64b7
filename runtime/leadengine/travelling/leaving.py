"""A client as a stream: one line that says whose it is, each table with its rows, and the manifest.

Compressed by gzip; the rows are as PostgreSQL's COPY writes them, so that a person can read them, too.
"""

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from pydantic import BaseModel

from leadengine.database import Connection, Database
from leadengine.migrations.head import schema_head
from leadengine.settings import Settings
from leadengine.tenants.hosting import Client
from leadengine.tenants.preferences import Chosen
from leadengine.travelling.manifest import Section, Whose, summed
from leadengine.travelling.reading import GZIP
from leadengine.travelling.tables import Found, Sum, lines, speak_alike, tables

END = b"\\.\n"
"""What ends the rows of a table: no row is written so."""
_PIECE = 64 * 1024


@asynccontextmanager
async def still(database: Database, tenant: UUID) -> AsyncIterator[Connection]:
    """A transaction that sees one client as of one moment, and changes nothing."""
    async with database.connection() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await connection.execute("SELECT set_config('app.tenant', %s, true)", (str(tenant),))
        yield connection


async def leaving(database: Database, shared: Settings, client: Client) -> AsyncIterator[bytes]:
    """All of a client as of now, compressed.

    Raises:
        psycopg.Error: the database does not answer; what came so far has no manifest at its end.
    """
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    async for piece in _gathered(_plain(database, shared, client)):
        yield packer.compress(piece)
    yield packer.flush()


async def _gathered(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same in larger pieces: a row is small, and each piece is a trip through the server."""
    kept: list[bytes] = []
    size = 0
    async for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(kept)
            kept, size = [], 0
    yield b"".join(kept)


async def _plain(database: Database, shared: Settings, client: Client) -> AsyncIterator[bytes]:
    found: dict[str, Found] = {}
    async with still(database, client.id) as connection:
        await speak_alike(connection)
        yield _line(await _whose(connection, shared, client))
        for table in await tables(connection):
            yield _line(Section(table=table.name, columns=table.columns))
            total = Sum()
            async for piece in lines(connection, table):
                total.add(piece)
                yield piece
            yield END
            found[table.name] = total.found()
    yield _line(summed(found))


def _line(word: BaseModel) -> bytes:
    return word.model_dump_json().encode() + b"\n"


async def _whose(connection: Connection, shared: Settings, client: Client) -> Whose:
    cursor = await connection.execute("SELECT domain, email FROM hosted_clients")
    domain, email = await cursor.fetchone() or ("", "")
    if not email:
        chosen = await Chosen.read(connection)
        domain = next(iter(chosen.site.hosts), shared.client_domain)
        email = await _first_administrator(connection)
    return Whose(
        client_id=client.client_id,
        slug=client.slug or shared.client_name,
        domain=domain,
        email=email,
        revision=schema_head(),
    )


async def _first_administrator(connection: Connection) -> str:
    cursor = await connection.execute(
        "SELECT email FROM users WHERE role = 'admin' ORDER BY created_at, id LIMIT 1"
    )
    (email,) = await cursor.fetchone() or ("",)
    return str(email)
