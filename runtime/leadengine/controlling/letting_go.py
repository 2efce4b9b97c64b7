"""A client of a shared stack is deleted: everywhere it can be, and then it is looked for everywhere.

Rows go in one transaction that locks the tenant first, so that whoever writes for it ends before, or
finds it gone. Killed anywhere and asked again, the rest is deleted.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from psycopg import sql
from psycopg.errors import ForeignKeyViolation
from redis.asyncio import Redis

from leadengine.controlling.hosted import HostedError, suspend
from leadengine.database import Connection, Database
from leadengine.settings import Settings
from leadengine.tenants import hosting
from leadengine.tenants.hosting import ACTIVE, Client
from leadengine.tracking.queue import DEAD, STREAM, put_back

SETTLED_SECONDS = 12.0
"""Longer than any process goes on letting a suspended client in."""
_PAGE = 500
_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
_TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY 1
"""


@dataclass(frozen=True)
class Places:
    """Where a client of a shared stack may be."""

    settings: Settings
    database: Database
    redis: Redis

    async def count(self, client: Client) -> dict[str, int]:
        """What there is of a client: in every table, in Redis, on its way, and among the vectors."""
        found = await self._rows(client.id)
        found["redis keys"] = len(await self._keys(client))
        found["events on their way"] = await self.waiting(client)
        found["collections of vectors"] = len(await self._collections(client))
        return found

    async def waiting(self, client: Client) -> int:
        """How many entries with events of the client are on their way to its tables."""
        return len([1 async for _ in self._on_their_way(client)])

    async def let_go(self, client: Client) -> dict[str, int]:
        """Delete it; returns what there was, by place."""
        before = await self.count(client)
        async for stream, entry, fields, left in self._on_their_way(client):
            async with self.redis.pipeline(transaction=True) as pipeline:
                pipeline.xdel(stream, entry)
                if left:
                    again = put_back(entry, fields, json.dumps(left).encode())
                    pipeline.xadd(stream, again)
                await pipeline.execute()
        if keys := await self._keys(client):
            await self.redis.delete(*keys)
        await self.redis.zrem(ACTIVE, client.client_id)
        async with self._chroma() as chroma:
            for name in await self._collections(client):
                (await chroma.delete(f"{_COLLECTIONS}/{name}")).raise_for_status()
        # Last of all: until then the client is found by its name, and what is left is deleted again.
        async with self.database.tenant(client.id) as connection:
            await connection.execute("SELECT FROM tenants WHERE id = current_tenant() FOR UPDATE")
            await _empty(connection, await tables(connection))
            await connection.execute("DELETE FROM tenants WHERE id = current_tenant()")
        return {place: number for place, number in before.items() if number}

    async def _rows(self, tenant: UUID) -> dict[str, int]:
        found: dict[str, int] = {}
        async with self.database.tenant(tenant) as connection:
            for table in (*await tables(connection), "tenants"):
                # Row-level security shows this tenant's rows and no others.
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                row = await (await connection.execute(query)).fetchone()
                found[table] = row[0] if row else 0
        return found

    async def _keys(self, client: Client) -> list[bytes]:
        prefix = client.settings(self.settings).keys
        return [key async for key in self.redis.scan_iter(match=f"{prefix}*", count=1000)]

    async def _on_their_way(self, client: Client) -> Any:
        """Entries with events of the client: stream, id, fields, and what of them is others'."""
        for stream in (STREAM, DEAD):
            start = "-"
            while True:
                entries: Any = await self.redis.xrange(stream, min=start, count=_PAGE)
                for entry, fields in entries:
                    events = _events(fields.get(b"events", b""))
                    left = [one for one in events if one.get("client") != client.client_id]
                    if len(left) < len(events):
                        yield stream, entry, fields, left
                if len(entries) < _PAGE:
                    break
                start = f"({entries[-1][0].decode()}"

    async def _collections(self, client: Client) -> list[str]:
        if not self.settings.chroma_url:
            return []
        found: list[str] = []
        async with self._chroma() as chroma:
            while True:
                asked = {"limit": _PAGE, "offset": len(found)}
                listed = (await chroma.get(_COLLECTIONS, params=asked)).raise_for_status().json()
                found += [one["name"] for one in listed]
                if len(listed) < _PAGE:
                    return [one for one in found if one.startswith(f"kb_{client.id.hex}_")]

    def _chroma(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.settings.chroma_url, timeout=20, trust_env=False)


async def tables(connection: Connection) -> list[str]:
    """Every table with rows of tenants, also those that later migrations will add."""
    cursor = await connection.execute(_TABLES)
    return [row[0] for row in await cursor.fetchall()]


async def _empty(connection: Connection, names: list[str]) -> None:
    """Delete a tenant's rows; what others point to goes after these."""
    left = names
    while left:
        kept = [name for name in left if not await _emptied(connection, name)]
        if len(kept) == len(left):
            raise HostedError(f"rows of {', '.join(kept)} hold each other; nothing was deleted")
        left = kept


async def _emptied(connection: Connection, name: str) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except ForeignKeyViolation:
        return False
    return True


def _events(payload: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(payload)
    except ValueError:
        return []
    return found if isinstance(found, list) else []


async def delete(places: Places, slug: str) -> dict[str, object]:
    """Delete a client and look for it everywhere afterwards.

    Returns:
        `deleted`: what there was, by place; `residue`: what is left; `looked_at`: how many places.

    Raises:
        HostedError: there is none of this name, or something of it is left.
    """
    client = await hosting.find(places.database, slug)
    if client is None or client.slug != slug:
        raise HostedError(f"there is no client called '{slug}' here; it may be deleted already")
    await suspend(places.database, slug, on=True)
    await asyncio.sleep(SETTLED_SECONDS)
    deleted = await places.let_go(client)
    after = await places.count(client)
    residue = {place: number for place, number in after.items() if number}
    if residue:
        raise HostedError(f"something of '{slug}' is left: {residue}; delete it again")
    return {"deleted": deleted, "residue": residue, "looked_at": len(after)}
