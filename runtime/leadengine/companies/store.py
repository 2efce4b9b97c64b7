"""Companies in PostgreSQL, and the visits they belong to."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from leadengine.chores import Chore
from leadengine.companies.finder import FOUND
from leadengine.database import Connection, Database
from leadengine.insight import store as insight

_AT_ONCE = 200
_COMPANY = """
INSERT INTO companies (tenant_id, domain, name, kind, country)
VALUES (%(tenant)s, %(domain)s, %(name)s, %(kind)s, %(country)s)
ON CONFLICT (tenant_id, domain) DO UPDATE SET name = excluded.name, kind = excluded.kind,
  country = excluded.country, found_at = now()
"""
_NETWORK = """
INSERT INTO networks (tenant_id, network, domain, hosting)
VALUES (%(tenant)s, %(network)s, %(domain)s, %(hosting)s)
ON CONFLICT (tenant_id, network) DO UPDATE SET domain = excluded.domain, hosting = excluded.hosting
"""
_PLACE = """
UPDATE visits v SET company = n.domain FROM networks n
WHERE v.network = n.network AND v.company = '' AND n.domain <> '' AND v.network <> ''
RETURNING (v.started_at AT TIME ZONE 'UTC')::date
"""


def copy_companies(database: Database, redis: Redis, keys: str = "le:") -> Chore:
    """Write down what was found, and give visits their company; done twice, it changes nothing."""

    async def chore(tenant: UUID) -> None:
        while True:
            raw = await redis.lrange(keys + FOUND, 0, _AT_ONCE - 1)
            async with database.tenant(tenant) as connection:
                await _keep(connection, tenant, [json.loads(one) for one in raw])
                placed = await connection.execute(_PLACE)
                await insight.forget(connection, {day for (day,) in await placed.fetchall()})
            if not raw:
                return
            await _strike(redis, keys + FOUND, raw)

    return chore


async def _strike(redis: Redis, key: str, written: Sequence[Any]) -> None:
    """Take these off the list, and nothing else: another worker may have done so already."""
    async with redis.pipeline(transaction=True) as pipeline:
        for one in written:
            pipeline.lrem(key, 1, one)
        await pipeline.execute()


async def _keep(connection: Connection, tenant: UUID, found: Sequence[dict[str, object]]) -> None:
    for one in found:
        values = {**one, "tenant": tenant}
        if one["domain"]:
            await connection.execute(_COMPANY, values)
        await connection.execute(_NETWORK, values)
