"""What the page of privacy asks the database; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from leadengine.database import Connection


@dataclass(frozen=True)
class Consent:
    """One answer to the question."""

    at: datetime
    visitor: str
    analytics: bool
    marketing: bool
    wording: str
    source: str
    page: str


@dataclass(frozen=True)
class RetentionRun:
    """What one night deleted of one class."""

    name: str
    at: datetime
    older_than: datetime
    deleted: int


async def consents(connection: Connection, limit: int) -> list[Consent]:
    """The latest answers."""
    async with connection.cursor(row_factory=class_row(Consent)) as cursor:
        await cursor.execute(
            "SELECT at, visitor, coalesce((choices->>'analytics')::boolean, false) AS analytics,"
            " coalesce((choices->>'marketing')::boolean, false) AS marketing, wording, source, page"
            " FROM consents ORDER BY at DESC LIMIT %s",
            (limit,),
        )
        return await cursor.fetchall()


async def consent_rate(connection: Connection) -> tuple[int, int]:
    """How many agreed in the last 30 days, and how many were asked and answered."""
    cursor = await connection.execute(
        "SELECT count(*) FILTER (WHERE choices->>'analytics' = 'true'), count(*) FROM consents"
        " WHERE at > now() - interval '30 days'"
    )
    row = await cursor.fetchone()
    return (row[0], row[1]) if row else (0, 0)


async def runs(connection: Connection, limit: int) -> list[RetentionRun]:
    """What the nights deleted, by class, the latest first."""
    async with connection.cursor(row_factory=class_row(RetentionRun)) as cursor:
        await cursor.execute(
            "SELECT class AS name, at, older_than, deleted FROM retention_runs"
            " ORDER BY at DESC, class LIMIT %s",
            (limit,),
        )
        return await cursor.fetchall()


async def last_runs(connection: Connection) -> list[RetentionRun]:
    """What the last night deleted, by class."""
    async with connection.cursor(row_factory=class_row(RetentionRun)) as cursor:
        await cursor.execute(
            "SELECT class AS name, at, older_than, deleted FROM retention_runs"
            " WHERE at = (SELECT max(at) FROM retention_runs) ORDER BY class"
        )
        return await cursor.fetchall()
