"""Clients that share one stack: whose a request is, is told by the first part of its path.

`app.DOMAIN/acme/…` is the dashboard of acme, `cdn.DOMAIN/<client ID>/…` what its website loads and
sends. Behind that everything is as in a stack of its own: the same routes, given the services of one
client.
"""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import psycopg_pool
from psycopg.rows import class_row

from leadengine.database import Connection, Database
from leadengine.settings import Settings

ACTIVE = "le:active"
"""Clients by when they were last asked for something, so that the worker looks after these first."""

_FRESH_SECONDS = 2.0
# What nobody asked for that long is read before it is used: it may be suspended, or gone.
_STALE_SECONDS = 10.0
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CLIENT_ID = re.compile(r"[0-9a-f]{24}")
_LONGEST = 30
_UNKNOWN_KEPT = 10_000


@dataclass(frozen=True)
class Client:
    """A client of a stack, as its door sees it.

    Attributes:
        slug: empty for the stack's own client.
        suspended: by a person, or because it does not pay.
        read_only: its website is served, and nothing is changed.
    """

    id: UUID
    client_id: str
    name: str
    slug: str
    suspended: bool
    read_only: bool = False

    def settings(self, shared: Settings) -> Settings:
        """The stack's settings as this client's."""
        if not self.slug:
            return shared
        own = {"client_id": self.client_id, "client_name": self.name, "hosted_as": self.slug}
        return shared.model_copy(update={**own, "brand_name": ""})


async def find(database: Database, name: str) -> Client | None:
    """The client of this slug or client ID.

    Raises:
        psycopg.Error, psycopg_pool.PoolTimeout: the database does not answer.
    """
    async with database.connection() as connection:
        cursor = connection.cursor(row_factory=class_row(Client))
        await cursor.execute("SELECT * FROM resident(%s)", (name,))
        return await cursor.fetchone()


async def every(database: Database) -> list[Client]:
    """All clients of the stack, the oldest first."""
    async with database.connection() as connection:
        cursor = connection.cursor(row_factory=class_row(Client))
        await cursor.execute("SELECT * FROM every_resident()")
        return await cursor.fetchall()


async def stays(connection: Connection) -> bool:
    """Whether the tenant of this transaction exists; it is not deleted before the transaction ends."""
    cursor = await connection.execute(
        "SELECT FROM tenants WHERE id = current_tenant() FOR KEY SHARE"
    )
    return cursor.rowcount == 1


def may_name(word: str) -> bool:
    """Whether a part of a path can be a client's at all."""
    if _CLIENT_ID.fullmatch(word):
        return True
    return len(word) <= _LONGEST and _SLUG.fullmatch(word) is not None


@dataclass
class _Known:
    client: Client | None
    read_at: float
    refreshing: asyncio.Task[None] | None = None


@dataclass
class Directory:
    """The clients as this process knows them: who was asked for lately is known without a database."""

    database: Database
    _known: dict[str, _Known] = field(default_factory=dict)

    async def find(self, name: str) -> Client | None:
        """As it was some seconds ago.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: it is not known yet, and the database does not answer.
        """
        if not may_name(name):
            return None
        known = self._known.get(name)
        if known is None:
            return await self._read(name)
        age = time.monotonic() - known.read_at
        if age > _STALE_SECONDS or (known.client is None and age > _FRESH_SECONDS):
            # An outage of the database stops no events of clients that are known.
            with suppress(psycopg.Error, psycopg_pool.PoolTimeout):
                return await self._read(name)
        elif age > _FRESH_SECONDS and (known.refreshing is None or known.refreshing.done()):
            known.refreshing = asyncio.create_task(self._refresh(name))
        return known.client

    async def _refresh(self, name: str) -> None:
        with suppress(psycopg.Error, psycopg_pool.PoolTimeout):
            await self._read(name)

    async def _read(self, name: str) -> Client | None:
        client = await find(self.database, name)
        if client is None and len(self._known) > _UNKNOWN_KEPT:
            self._known.clear()
        known = _Known(client, time.monotonic())
        # What is true of its pages is true of its websites at the same moment.
        for key in {name, client.slug, client.client_id} - {""} if client else {name}:
            self._known[key] = known
        return client
