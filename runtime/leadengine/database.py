"""Connections to PostgreSQL, each transaction bound to one tenant."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[Any]

_CONNECT_SECONDS = 5
_CLIENT_ID = re.compile(r"[0-9a-f]{24}")


class Database:
    """A pool of connections of the application's own role.

    Row-level security decides what a statement sees; without a tenant it sees nothing.
    """

    def __init__(self, url: str, *, size: int) -> None:
        self._pool = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            timeout=_CONNECT_SECONDS,
            check=AsyncConnectionPool.check_connection,
            kwargs={"connect_timeout": _CONNECT_SECONDS, "application_name": "leadengine"},
        )
        self._tenants: dict[str, UUID] = {}

    async def open(self) -> None:
        """Start connecting; does not wait, so that a process serves before its database does."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One transaction without a tenant."""
        async with self._pool.connection() as connection:
            yield connection

    async def answers(self) -> None:
        """Ask the server for a sign of life.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: it gives none.
        """
        async with self.connection() as connection:
            await connection.execute("SELECT 1")

    @asynccontextmanager
    async def tenant(self, tenant: UUID) -> AsyncIterator[Connection]:
        """One transaction that sees and writes rows of `tenant` alone."""
        async with self._pool.connection() as connection:
            await connection.execute("SELECT set_config('app.tenant', %s, true)", (str(tenant),))
            yield connection

    async def tenant_of(self, client_id: str) -> UUID | None:
        """The tenant behind a public client ID; None when there is no such client."""
        if not _CLIENT_ID.fullmatch(client_id):
            return None
        if client_id not in self._tenants:
            async with self.connection() as connection:
                cursor = await connection.execute("SELECT tenant_of(%s)", (client_id,))
                row = await cursor.fetchone()
            if row is None or row[0] is None:
                return None
            self._tenants[client_id] = row[0]
        return self._tenants[client_id]
