"""Complaints in PostgreSQL: each is acknowledged within 30 days, and its outcome noted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection

ACKNOWLEDGE_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Complaint:
    """What somebody is not content with, and what was done about it."""

    id: UUID
    made_at: datetime
    email: str
    name: str
    words: str
    acknowledged_at: datetime | None
    closed_at: datetime | None
    outcome: str

    def days_left(self, now: datetime) -> int:
        """Until it has to be acknowledged; negative when that is overdue."""
        return (self.made_at + ACKNOWLEDGE_WITHIN - now).days


async def complaints(connection: Connection) -> list[Complaint]:
    """Those that are open first, the oldest of them at the top."""
    async with connection.cursor(row_factory=class_row(Complaint)) as cursor:
        await cursor.execute(
            "SELECT id, made_at, email, name, words, acknowledged_at, closed_at, outcome"
            " FROM complaints ORDER BY closed_at IS NOT NULL, made_at LIMIT 200"
        )
        return await cursor.fetchall()


async def make(connection: Connection, tenant: UUID, email: str, name: str, words: str) -> UUID:
    """Take one down."""
    cursor = await connection.execute(
        "INSERT INTO complaints (tenant_id, email, name, words) VALUES (%s, %s, %s, %s)"
        " RETURNING id",
        (tenant, email, name, words),
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an insert returns its row
    complaint: UUID = row[0]
    return complaint


async def acknowledge(connection: Connection, complaint: UUID) -> bool:
    """Note that its sender knows it was received; False when there is no such complaint."""
    cursor = await connection.execute(
        "UPDATE complaints SET acknowledged_at = coalesce(acknowledged_at, now()) WHERE id = %s",
        (complaint,),
    )
    return cursor.rowcount == 1


async def close(connection: Connection, complaint: UUID, outcome: str) -> bool:
    """Note what came of it; False when there is no such complaint."""
    cursor = await connection.execute(
        "UPDATE complaints SET closed_at = now(), outcome = %s,"
        " acknowledged_at = coalesce(acknowledged_at, now()) WHERE id = %s",
        (outcome, complaint),
    )
    return cursor.rowcount == 1
