"""Forgetting a person everywhere, in an order that a kill in between cannot spoil: it is done again."""

import json
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis

from leadengine.database import Database
from leadengine.privacy import people
from leadengine.privacy.elsewhere import erase_in_chroma, erase_in_redis
from leadengine.privacy.tombstones import bury, digest
from leadengine.settings import Settings
from leadengine.tracking.store import one_at_a_time


@dataclass(frozen=True)
class Erased:
    """What was deleted, by place, and what still names the person in what is the client's own."""

    deleted: dict[str, int]
    remaining: dict[str, int]


@dataclass(frozen=True)
class Eraser:
    """The places where a person may be."""

    database: Database
    redis: Redis
    settings: Settings

    async def erase(self, tenant: UUID, email: str, who: str) -> Erased:
        """Delete everything; killed half way and asked again, the rest is deleted.

        Raises:
            ValueError: this is no address of mail.
            psycopg.Error, redis.exceptions.RedisError, httpx.HTTPError: a place does not answer.
        """
        # First of all: what is on its way to the database will not be written any more.
        async with self.database.tenant(tenant) as connection:
            person = await people.find(connection, email)
            await bury(connection, tenant, (person.email, *person.visitors), who)
        deleted = {"redis": await erase_in_redis(self.redis, self.settings, person)}
        async with self.database.tenant(tenant) as connection:
            # Whoever began to write before the tombstones stood has ended now.
            await one_at_a_time(connection, tenant)
            deleted |= await people.erase(connection, person)
            remaining = await people.remains(connection, person)
        # Vectors have no text: those go whose passage went.
        deleted["chroma"] = await erase_in_chroma(
            self.settings.chroma_url, tenant, lambda: self._passages(tenant)
        )
        async with self.database.tenant(tenant) as connection:
            deleted = {place: number for place, number in deleted.items() if number}
            await connection.execute(
                "UPDATE erasures SET counts = %s WHERE person = %s",
                (json.dumps(deleted), digest(tenant, person.email)),
            )
        return Erased(deleted, remaining)

    async def _passages(self, tenant: UUID) -> frozenset[str]:
        async with self.database.tenant(tenant) as connection:
            cursor = await connection.execute("SELECT document_id, number FROM passages")
            found = await cursor.fetchall()
        return frozenset([f"{document}:{number}" for document, number in found])
