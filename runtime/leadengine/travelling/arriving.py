"""A client arrives: its rows take the place of what was there, in one transaction that proves them.

The transaction ends well only when the rows, read again, come to what they came to when they left.
Killed anywhere, nothing has changed; sent again, the same client is there.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg import sql

from leadengine.database import Connection, Database
from leadengine.migrations.head import schema_head
from leadengine.serving.own_paths import RESERVED
from leadengine.settings import Settings
from leadengine.tenants import hosting
from leadengine.travelling.leaving import END
from leadengine.travelling.manifest import FORMAT, Manifest, Section, Whose, manifest_of, summed
from leadengine.travelling.reading import NOT_WHOLE, Lines, TravelError, read
from leadengine.travelling.tables import STAYING, Found, Sum, Table, speak_alike, tables

_TELLING = ("visits", "leads", "conversations", "events")
"""Rows that only a client who lives somewhere has."""
_BATCH = 256 * 1024


@dataclass(frozen=True)
class Arrived:
    """A client that is there now. `changed`: False: the very same was there already."""

    client_id: str
    slug: str
    changed: bool
    manifest: Manifest


async def arrive(database: Database, shared: Settings, stream: Lines) -> Arrived:
    """Let a client live here. In a shared stack it is suspended until somebody resumes it.

    Raises:
        TravelError: it may not, or what came is damaged; nothing has changed.
    """
    whose = read(Whose, await stream.next())
    _check(whose, shared)
    client, tenant = await _place(database, shared, whose)
    async with database.tenant(tenant) as connection:
        if client is None:
            await _found(connection, tenant, whose)
        await connection.execute("SELECT FROM tenants WHERE id = current_tenant() FOR UPDATE")
        before = await manifest_of(connection)
        lived = any(before.tables[name].rows for name in _TELLING)
        await _leave_room(connection)
        left = await _take_in(connection, stream)
        if lived and before != left and not (client and client.suspended):
            raise TravelError(
                f"'{whose.slug}' lives here already and is not the client that arrives;"
                " suspend it first, then what is here is replaced"
            )
        there = await manifest_of(connection)
        if differing := there.differing(left):
            raise TravelError(
                f"{', '.join(differing)} did not arrive as sent; nothing has changed, send it again"
            )
    return Arrived(whose.client_id, whose.slug, before != there, there)


def _check(whose: Whose, shared: Settings) -> None:
    if (whose.format, whose.revision) != (FORMAT, schema_head()):
        raise TravelError(
            f"it left a database of revision {whose.revision}, and here is {schema_head()};"
            " update both stacks to the same release first"
        )
    if shared.kind != "hosted" and whose.client_id != shared.client_id:
        raise TravelError(
            f"this stack is that of client ID {shared.client_id}, and {whose.client_id} arrives;"
            " deploy a stack for that client ID"
        )
    if shared.kind == "hosted" and whose.slug in RESERVED | {shared.client_name}:
        raise TravelError(f"'{whose.slug}' is a name of the stack's own; it cannot live here")


async def _place(
    database: Database, shared: Settings, whose: Whose
) -> tuple[hosting.Client | None, UUID]:
    """Who lives in its place, and under which inner id it is to live."""
    by_id = await hosting.find(database, whose.client_id)
    if shared.kind != "hosted":
        if by_id is None:
            raise TravelError("this stack was not seeded yet; deploy it first")
        return by_id, by_id.id
    by_name = await hosting.find(database, whose.slug)
    if by_name != by_id:
        raise TravelError(
            f"'{whose.slug}' is another client here; give one of them another name first"
        )
    return by_id, by_id.id if by_id else uuid4()


async def _found(connection: Connection, tenant: UUID, whose: Whose) -> None:
    await connection.execute(
        "INSERT INTO tenants (id, client_id, name) VALUES (%s, %s, %s)",
        (tenant, whose.client_id, whose.slug),
    )
    await connection.execute(
        "INSERT INTO hosted_clients (tenant_id, slug, domain, email, suspended_at, password_shown_at)"
        " VALUES (%s, %s, %s, %s, now(), now())",
        (tenant, whose.slug, whose.domain, whose.email),
    )


async def _leave_room(connection: Connection) -> None:
    listed = [table.name for table in await tables(connection)]
    staying = sorted(STAYING - {"hosted_clients", "standings"})
    for name in (*staying, *reversed(listed)):
        await connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))


async def _take_in(connection: Connection, stream: Lines) -> Manifest:
    """Put the rows in as they come; what they came to when they left."""
    await speak_alike(connection)
    found: dict[str, Found] = {}
    for table in await tables(connection):
        section = read(Section, await stream.next())
        if (section.table, section.columns) != (table.name, table.columns):
            raise TravelError(NOT_WHOLE)
        found[table.name] = await _fill(connection, table, stream)
    left = read(Manifest, await stream.next())
    if left != summed(found) or not await stream.ended():
        raise TravelError(NOT_WHOLE)
    return left


async def _fill(connection: Connection, table: Table, stream: Lines) -> Found:
    """Through a temporary table: row-level security lets nobody copy into ours."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    name = sql.Identifier(table.name)
    await connection.execute(
        sql.SQL("CREATE TEMP TABLE arriving ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
            columns, name
        )
    )
    await connection.execute("ALTER TABLE arriving ADD COLUMN place_ bigserial")
    found = await _copy(connection, columns, stream)
    if table.name == "events":
        await _make_partitions(connection)
    await connection.execute(
        sql.SQL(
            "INSERT INTO {} (tenant_id, {}) SELECT current_tenant(), {} FROM arriving ORDER BY place_"
        ).format(name, columns, columns)
    )
    await connection.execute("DROP TABLE arriving")
    return found


async def _copy(connection: Connection, columns: sql.Composed, stream: Lines) -> Found:
    total = Sum()
    kept: list[bytes] = []
    size = 0
    async with connection.cursor() as cursor:
        query = sql.SQL("COPY arriving ({}) FROM STDIN").format(columns)
        async with cursor.copy(query) as copy:
            while (line := await stream.next()) != END:
                kept.append(line)
                size += len(line)
                if size > _BATCH:
                    total.add(b"".join(kept))
                    await copy.write(b"".join(kept))
                    kept, size = [], 0
            total.add(b"".join(kept))
            await copy.write(b"".join(kept))
    return total.found()


async def _make_partitions(connection: Connection) -> None:
    cursor = await connection.execute(
        "SELECT DISTINCT date_trunc('month', occurred_at)::date FROM arriving"
    )
    for (month,) in await cursor.fetchall():
        await connection.execute("SELECT ensure_event_partition(%s)", (month,))
