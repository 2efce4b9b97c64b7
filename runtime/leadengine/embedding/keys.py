"""The keys of applications that show the dashboard; each call runs in a tenant's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from leadengine.accounts.tokens import new_token, token_hash
from leadengine.database import Connection

MOST_KEYS = 10
PREFIX = "le_embed_"
"""What every key begins with, so that people and scanners for leaked secrets know one."""

GuestRole = Literal["viewer", "member"]
"""A guest is never an administrator: settings and accounts are not shown elsewhere."""
RANK: dict[str, int] = {"viewer": 1, "member": 2}

_COLUMNS = "id, name, role, views, made_at, used_at"


@dataclass(frozen=True)
class Key:
    """What a key may ask for.

    Attributes:
        role: the greatest that a guest of it may have.
        views: those that a guest of it may see.
    """

    id: UUID
    name: str
    role: str
    views: list[str]
    made_at: datetime
    used_at: datetime | None

    def may_give(self, role: str) -> bool:
        """Whether a guest may have this role."""
        return 0 < RANK.get(role, 0) <= RANK.get(self.role, 0)


async def every(connection: Connection) -> list[Key]:
    """All of them, the oldest first."""
    async with connection.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(f"SELECT {_COLUMNS} FROM embedding_keys ORDER BY made_at")  # noqa: S608
        return await cursor.fetchall()


async def make(
    connection: Connection, tenant: UUID, name: str, role: GuestRole, views: Sequence[str]
) -> str:
    """One more, unless there are ten; returns the key, which is shown once, or an empty string."""
    key = PREFIX + new_token()
    cursor = await connection.execute(
        "INSERT INTO embedding_keys (tenant_id, name, key_hash, role, views)"
        " SELECT %s, %s, %s, %s, %s WHERE (SELECT count(*) FROM embedding_keys) < %s",
        (tenant, name, token_hash(key), role, list(views), MOST_KEYS),
    )
    return key if cursor.rowcount == 1 else ""


async def remove(connection: Connection, key: UUID) -> bool:
    """Forget one: its guests are let in no more. False when there is none."""
    cursor = await connection.execute("DELETE FROM embedding_keys WHERE id = %s", (key,))
    return cursor.rowcount == 1


async def of(connection: Connection, key: UUID) -> Key | None:
    """The key of this id, while it is there."""
    async with connection.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(f"SELECT {_COLUMNS} FROM embedding_keys WHERE id = %s", (key,))  # noqa: S608
        return await cursor.fetchone()


async def shown(connection: Connection, secret: str) -> Key | None:
    """The key that somebody shows; noted as used, once a minute at most."""
    async with connection.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(
            f"SELECT {_COLUMNS} FROM embedding_keys WHERE key_hash = %s",  # noqa: S608
            (token_hash(secret),),
        )
        found = await cursor.fetchone()
    if found is not None:
        await connection.execute(
            "UPDATE embedding_keys SET used_at = now() WHERE id = %s"
            " AND (used_at IS NULL OR used_at < now() - interval '1 minute')",
            (found.id,),
        )
    return found
