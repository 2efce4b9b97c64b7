"""The people of a client in PostgreSQL; each call runs in a tenant's transaction."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.accounts.store import make_link
from leadengine.database import Connection

_NOBODYS_PASSWORD = "!"  # noqa: S105 - no hash: nobody can sign in before the link was used
_ANOTHER = "(SELECT count(*) FROM users WHERE role = 'admin' AND id <> %(user)s) > 0"
_REMOVE = "DELETE FROM users WHERE id = %(user)s AND "
_CHANGE = """
UPDATE users SET role = %(role)s, takes_leads = %(takes)s, hours = %(hours)s
WHERE id = %(user)s AND (%(role)s = 'admin' OR """


@dataclass(frozen=True)
class Member:
    """Somebody of the team."""

    id: UUID
    email: str
    name: str
    role: str
    takes_leads: bool
    hours: dict[str, object]
    totp_since: datetime | None
    password_chosen_at: datetime | None
    leads: int


async def members(connection: Connection) -> list[Member]:
    """Everybody, by name."""
    async with connection.cursor(row_factory=class_row(Member)) as cursor:
        await cursor.execute(
            "SELECT id, email, name, role, takes_leads, hours, totp_since, password_chosen_at,"
            " (SELECT count(*) FROM leads l WHERE l.tenant_id = u.tenant_id AND l.owner_id = u.id)"
            " AS leads FROM users u ORDER BY coalesce(nullif(name, ''), email)"
        )
        return await cursor.fetchall()


async def invite(
    connection: Connection, tenant: UUID, email: str, name: str, role: str
) -> str | None:
    """Make an account and the token of its first link; None when the address has one already."""
    cursor = await connection.execute(
        "INSERT INTO users (tenant_id, email, name, role, password_hash) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (tenant, email, name, role, _NOBODYS_PASSWORD),
    )
    row = await cursor.fetchone()
    return await make_link(connection, tenant, row[0]) if row else None


async def new_link(connection: Connection, tenant: UUID, user: UUID) -> tuple[str, str] | None:
    """Address and token for somebody who lost theirs; None when there is nobody of this id."""
    cursor = await connection.execute("SELECT email FROM users WHERE id = %s", (user,))
    row = await cursor.fetchone()
    return (row[0], await make_link(connection, tenant, user)) if row else None


async def change(
    connection: Connection, user: UUID, role: str, takes_leads: bool, hours: object
) -> bool:
    """Another role and other hours; False when nobody would be left to administer."""
    values = {"user": user, "role": role, "takes": takes_leads, "hours": json.dumps(hours)}
    cursor = await connection.execute((_CHANGE + _ANOTHER + ")").encode(), values)
    return cursor.rowcount == 1


async def remove(connection: Connection, user: UUID) -> bool:
    """Take somebody off the team, with their sessions; False when nobody would administer."""
    cursor = await connection.execute((_REMOVE + _ANOTHER).encode(), {"user": user})
    return cursor.rowcount == 1


async def forget_code(connection: Connection, user: UUID) -> bool:
    """Let somebody sign in without a code, who lost their telephone."""
    await connection.execute("DELETE FROM recovery_codes WHERE user_id = %s", (user,))
    cursor = await connection.execute(
        "UPDATE users SET totp_nonce = NULL, totp_since = NULL, totp_step = 0 WHERE id = %s",
        (user,),
    )
    return cursor.rowcount == 1
