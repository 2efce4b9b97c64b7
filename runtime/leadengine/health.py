"""Is the process serving, and is what it stands on usable?"""

import psycopg
import psycopg_pool
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from redis.exceptions import RedisError

from leadengine.migrations.head import schema_head
from leadengine.services import Services, ServicesOf

router = APIRouter()

HEAD = schema_head()


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """200 as soon as the process serves."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(services: ServicesOf) -> PlainTextResponse:
    """200 when database, schema and Redis are usable, else 503 with the reasons."""
    if services.lifecycle.draining:
        return PlainTextResponse("draining\n", 503)
    reasons = [reason for reason in (await _database(services), await _redis(services)) if reason]
    return PlainTextResponse("\n".join(reasons or ["ready"]) + "\n", 503 if reasons else 200)


async def _database(services: Services) -> str:
    try:
        async with services.database.connection() as connection:
            cursor = await connection.execute("SELECT max(version_num) FROM alembic_version")
            row = await cursor.fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return "database: the application's role may not read the schema's version"
    except psycopg.errors.UndefinedTable:
        return "schema: the database is not migrated"
    except (psycopg.Error, psycopg_pool.PoolTimeout):
        return "database: not reachable"
    revision = row[0] if row else None
    # Migrations only ever add: a newer schema, as after a rollback of the image, serves as well.
    if revision is None or revision < HEAD:
        return f"schema: at {revision or 'nothing'}, this build needs {HEAD}"
    return ""


async def _redis(services: Services) -> str:
    try:
        await services.redis.ping()
    except (RedisError, OSError):
        return "redis: not reachable"
    return ""
