"""Users, sessions and password links in PostgreSQL; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from leadengine.accounts.tokens import new_token, token_hash
from leadengine.database import Connection

SESSION_LIFETIME = timedelta(days=7)
LINK_LIFETIME = timedelta(hours=72)


@dataclass(frozen=True)
class User:
    """A person who may sign in."""

    id: UUID
    email: str
    password_hash: str
    name: str
    role: str
    totp_nonce: bytes | None
    totp_since: datetime | None
    totp_step: int

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in takes a code as well."""
        return self.totp_since is not None


_USERS = """
SELECT u.id, u.email, u.password_hash, u.name, u.role, u.totp_nonce, u.totp_since, u.totp_step
FROM users u
"""


async def find_user(connection: Connection, email: str) -> User | None:
    """The user with this address, in any case of letters."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(_USERS + "WHERE lower(u.email) = lower(%s)", (email,))
        return await cursor.fetchone()


async def user(connection: Connection, wanted: UUID) -> User | None:
    """The user with this id."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(_USERS + "WHERE u.id = %s", (wanted,))
        return await cursor.fetchone()


async def start_session(connection: Connection, tenant: UUID, user: UUID) -> str:
    """Sign a user in; returns the token for the cookie."""
    token = new_token()
    await connection.execute("DELETE FROM sessions WHERE expires_at < now()")
    await connection.execute(
        "INSERT INTO sessions VALUES (%s, %s, %s, now() + %s)",
        (tenant, token_hash(token), user, SESSION_LIFETIME),
    )
    return token


async def session_user(connection: Connection, token: str) -> User | None:
    """The user who holds this session, unless it is over."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(
            _USERS + "JOIN sessions s ON u.tenant_id = s.tenant_id AND u.id = s.user_id"
            " WHERE s.token_hash = %s AND s.expires_at > now()",
            (token_hash(token),),
        )
        return await cursor.fetchone()


async def end_session(connection: Connection, token: str) -> None:
    """Sign out."""
    await connection.execute("DELETE FROM sessions WHERE token_hash = %s", (token_hash(token),))


async def make_link(connection: Connection, tenant: UUID, user: UUID) -> str:
    """A one-time token to set a password; a link made before stops working."""
    token = new_token()
    await connection.execute("DELETE FROM password_links WHERE user_id = %s", (user,))
    await connection.execute(
        "INSERT INTO password_links VALUES (%s, %s, %s, now() + %s)",
        (tenant, token_hash(token), user, LINK_LIFETIME),
    )
    return token


async def link_owner(connection: Connection, token: str) -> User | None:
    """The user a link was made for, while it can still be used."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(
            _USERS + "JOIN password_links l ON u.tenant_id = l.tenant_id AND u.id = l.user_id"
            " WHERE l.token_hash = %s AND l.used_at IS NULL AND l.expires_at > now()",
            (token_hash(token),),
        )
        return await cursor.fetchone()


async def use_link(connection: Connection, token: str, password_hash: str) -> bool:
    """Set the password a link allows to set, and end every session of its user.

    Returns:
        False when the link was used before or is too old; then nothing has changed.
    """
    cursor = await connection.execute(
        "UPDATE password_links SET used_at = now()"
        " WHERE token_hash = %s AND used_at IS NULL AND expires_at > now() RETURNING user_id",
        (token_hash(token),),
    )
    row = await cursor.fetchone()
    if row is None:
        return False
    await connection.execute(
        "UPDATE users SET password_hash = %s, password_chosen_at = now() WHERE id = %s",
        (password_hash, row[0]),
    )
    await connection.execute("DELETE FROM sessions WHERE user_id = %s", (row[0],))
    return True
