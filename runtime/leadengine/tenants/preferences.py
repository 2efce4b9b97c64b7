"""A client's choices, kept in the database and known to every process within seconds."""

import asyncio
import json
import logging
import time
from contextlib import suppress
from typing import Self, TypeVar
from uuid import UUID

import psycopg
import psycopg_pool
from pydantic import ValidationError

from leadengine.database import Connection, Database
from leadengine.settings import Settings
from leadengine.tenants.choices import Choices, Embedding, Look, Privacy, Routing, Site

log = logging.getLogger(__name__)

_EVERY_SECONDS = 2.0
_KEEP = """
INSERT INTO preferences (tenant_id, name, value, changed_by) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, name) DO UPDATE
SET value = excluded.value, changed_at = now(), changed_by = excluded.changed_by
"""

Group = TypeVar("Group", bound=Choices)


class Chosen(Choices):
    """Everything a client chose."""

    look: Look = Look()
    site: Site = Site()
    privacy: Privacy = Privacy()
    routing: Routing = Routing()
    embedding: Embedding = Embedding()

    @classmethod
    async def read(cls, connection: Connection) -> Self:
        """As the database has it; runs in a tenant's transaction."""
        cursor = await connection.execute("SELECT name, value FROM preferences")
        stored: dict[str, object] = dict(await cursor.fetchall())
        return cls(
            look=_typed(Look, stored.get("look")),
            site=_typed(Site, stored.get("site")),
            privacy=_typed(Privacy, stored.get("privacy")),
            routing=_typed(Routing, stored.get("routing")),
            embedding=_typed(Embedding, stored.get("embedding")),
        )


def _typed(group: type[Group], value: object) -> Group:
    """What was stored; the defaults when this build cannot read it."""
    try:
        return group.model_validate(value or {})
    except ValidationError:
        log.warning("the choices of %s cannot be read; the defaults apply", group.__name__)
        return group()


async def keep(connection: Connection, tenant: UUID, choices: Choices, who: str) -> None:
    """Store one group; runs in a tenant's transaction."""
    name = type(choices).__name__.lower()
    await connection.execute(_KEEP, (tenant, name, json.dumps(choices.model_dump()), who))


async def name_of(connection: Connection, settings: Settings) -> str:
    """What a client calls itself now; runs in its transaction."""
    cursor = await connection.execute("SELECT value->>'name' FROM preferences WHERE name = 'look'")
    row = await cursor.fetchone()
    return (row and row[0]) or settings.called


class Preferences:
    """The choices of one client as this process knows them: asking costs nothing and cannot fail.

    Accepting an event must not need a database, so `now` is what was last read.
    """

    def __init__(self, database: Database, client_id: str) -> None:
        self._database = database
        self._client_id = client_id
        self.now = Chosen()
        self._read_at = 0.0
        self._reading: asyncio.Task[None] | None = None

    def preview(self, **groups: Choices) -> Chosen:
        """What `now` would be with other choices; nothing is kept."""
        return self.now.model_copy(update=groups)

    async def refresh(self) -> None:
        """Read them now.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the database does not answer.
        """
        tenant = await self._database.tenant_of(self._client_id)
        if tenant is not None:
            async with self._database.tenant(tenant) as connection:
                self.now = await Chosen.read(connection)
        self._read_at = time.monotonic()

    async def follow_up(self) -> None:
        """Be at most some seconds old: for a client among many, read when it is asked for.

        The first time it is waited for, since what a client chose has to count from the first event.
        """
        if not self._read_at:
            with suppress(psycopg.Error, psycopg_pool.PoolTimeout):
                await self.refresh()
        elif time.monotonic() - self._read_at > _EVERY_SECONDS and (
            self._reading is None or self._reading.done()
        ):
            self._reading = asyncio.create_task(self._once())

    async def _once(self) -> None:
        with suppress(psycopg.Error, psycopg_pool.PoolTimeout):
            await self.refresh()

    async def follow(self) -> None:
        """Read them again and again, until cancelled."""
        while True:
            with suppress(psycopg.Error, psycopg_pool.PoolTimeout):
                await self.refresh()
            await asyncio.sleep(_EVERY_SECONDS)
