"""Tenants and their people, as the control plane sees them."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg.rows import class_row

from leadengine.database import Database

_CLIENT_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Tenant:
    """A client of this stack."""

    id: UUID
    client_id: str
    name: str
    created_at: datetime

    def as_json(self) -> dict[str, object]:
        """Without the inner id, which is nobody's business."""
        created = self.created_at.isoformat()
        return {"client_id": self.client_id, "name": self.name, "created_at": created}


async def tenants(database: Database) -> list[Tenant]:
    """All of them, the oldest first."""
    async with database.connection() as connection:
        cursor = connection.cursor(row_factory=class_row(Tenant))
        await cursor.execute("SELECT id, client_id, name, created_at FROM every_tenant()")
        return await cursor.fetchall()


async def create(database: Database, client_id: str, name: str) -> bool:
    """Make a tenant; False when the client ID is taken.

    Raises:
        ValueError: it is no client ID.
    """
    if not _CLIENT_ID.fullmatch(client_id):
        message = "a client ID has 24 digits of 0 to 9 and a to f"
        raise ValueError(message)
    fresh = uuid4()
    async with database.tenant(fresh) as connection:
        cursor = await connection.execute(
            "INSERT INTO tenants (id, client_id, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (fresh, client_id, name),
        )
        return cursor.rowcount == 1
