"""What a client consists of: its rows of every table, as PostgreSQL's catalogue knows them."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from graphlib import TopologicalSorter

from psycopg import sql

from leadengine.database import Connection

STAYING = frozenset(("hosted_clients", "password_links", "sessions", "standings"))
"""Where a client lives, what is worth something there alone, and what whoever bills it says anew."""
_SAME_EVERYWHERE = (
    *(("timezone", "UTC"), ("datestyle", "ISO, YMD"), ("intervalstyle", "iso_8601")),
    *(("bytea_output", "hex"), ("extra_float_digits", "1")),
)
_TABLES = """
SELECT c.relname,
  ARRAY(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attgenerated = '' AND a.attidentity = '' AND a.attname <> 'tenant_id'
        ORDER BY a.attname COLLATE "C"),
  ARRAY(SELECT format(CASE WHEN a.attcollation = 0 THEN '%I' ELSE '%I COLLATE "C"' END, a.attname)
        FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(number, place)
        JOIN pg_attribute a ON a.attnum = k.number
        WHERE i.indrelid = c.oid AND a.attrelid = c.oid AND i.indisprimary
          AND a.attname <> 'tenant_id' ORDER BY k.place)
FROM pg_class c
JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""
_POINTING = """
SELECT a.relname, b.relname FROM pg_constraint f
JOIN pg_class a ON a.oid = f.conrelid JOIN pg_class b ON b.oid = f.confrelid
WHERE f.contype = 'f' AND f.conparentid = 0
"""


@dataclass(frozen=True)
class Table:
    """A table with rows of clients.

    Attributes:
        columns: what travels, by name. Whose a row is stays behind, and so do values that the database
            works out or counts: the order of the rows carries these.
        order: what the rows are sorted by, as SQL: the primary key without the client.
    """

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]

    def selected(self) -> sql.Composed:
        """All rows of the transaction's client, in their order."""
        return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            sql.Identifier(self.name),
            sql.SQL(", ".join(self.order)),  # of the catalogue, quoted by it
        )


@dataclass(frozen=True)
class Found:
    """How many rows there are in a table, and what they come to."""

    rows: int
    sha256: str


class Sum:
    """Counts rows while they pass by; each is one line."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._rows = 0

    def add(self, lines: bytes) -> None:
        self._hash.update(lines)
        self._rows += lines.count(b"\n")

    def found(self) -> Found:
        return Found(self._rows, self._hash.hexdigest())


async def tables(connection: Connection) -> list[Table]:
    """Every table that travels, also those of later migrations; what others point to comes first."""
    cursor = await connection.execute(_TABLES)
    known = {name: Table(name, tuple(c), tuple(o)) for name, c, o in await cursor.fetchall()}
    graph: dict[str, set[str]] = {name: set() for name in sorted(known)}
    for child, parent in await (await connection.execute(_POINTING)).fetchall():
        if child in graph and parent in graph and child != parent:
            graph[child].add(parent)
    return [known[name] for name in TopologicalSorter(graph).static_order() if name not in STAYING]


async def speak_alike(connection: Connection) -> None:
    """Let values be written as every server writes them, until the transaction ends."""
    for name, value in _SAME_EVERYWHERE:
        await connection.execute("SELECT set_config(%s, %s, true)", (name, value))


async def lines(connection: Connection, table: Table) -> AsyncIterator[bytes]:
    """The rows of the transaction's client, as PostgreSQL copies them: one line each."""
    async with connection.cursor() as cursor:
        query = sql.SQL("COPY ({}) TO STDOUT").format(table.selected())
        async with cursor.copy(query) as copy:
            async for piece in copy:
                yield bytes(piece)
