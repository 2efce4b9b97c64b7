"""The first tenant and its administrator, and the mail that invites them.

Killed anywhere and run again it converges: rows are made in one transaction, and a link that was
not handed to a mail server is replaced by a new one as long as nobody chose a password.
"""

import asyncio
from dataclasses import asdict, dataclass
from typing import Literal
from uuid import UUID, uuid4

import psycopg

from leadengine.accounts import store
from leadengine.accounts.passwords import hash_password
from leadengine.accounts.tokens import token_hash
from leadengine.database import Connection
from leadengine.notifications import mail
from leadengine.settings import AdminSettings, Settings

_INVITATION = """Hello,

your LeadEngine dashboard is ready: {origin}

Choose your own password here:
{origin}/set-password#{token}

The link works once, for 72 hours. If its page asks for a code, it is this one:
{token}
"""


@dataclass(frozen=True)
class Seeded:
    """What a run did: whether it made the administrator, and what became of the invitation."""

    created: bool
    mail: Literal["sent", "failed", "not-configured", "unchanged"]
    detail: str

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


async def seed(settings: Settings, admin: AdminSettings) -> Seeded:
    """Make what is missing; leave what is there alone.

    Raises:
        psycopg.Error: the database cannot be reached or is not migrated.
    """
    hashed = await hash_password(admin.admin_password.get_secret_value())
    url = settings.database_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=10) as connection:
        async with connection.transaction():
            tenant = await _ensure_tenant(connection, settings)
            created = await _ensure_admin(connection, tenant, admin.admin_email, hashed)
            token = await _link_to_send(connection, tenant, admin.admin_email)
        if token is None:
            return Seeded(created, "unchanged", "the administrator was invited before")
        outcome = await asyncio.to_thread(_invite, settings, admin.admin_email, token)
        if outcome.mail == "sent":
            async with connection.transaction():
                await _bind(connection, tenant)
                await _mark_sent(connection, token)
    return Seeded(created, outcome.mail, outcome.detail)


async def _ensure_tenant(connection: Connection, settings: Settings) -> UUID:
    fresh = uuid4()
    await _bind(connection, fresh)
    await connection.execute(
        "INSERT INTO tenants (id, client_id, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (fresh, settings.client_id, settings.client_name),
    )
    cursor = await connection.execute("SELECT tenant_of(%s)", (settings.client_id,))
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a function always returns one row
    tenant: UUID = row[0]
    await _bind(connection, tenant)
    return tenant


async def _bind(connection: Connection, tenant: UUID) -> None:
    await connection.execute("SELECT set_config('app.tenant', %s, true)", (str(tenant),))


async def _ensure_admin(connection: Connection, tenant: UUID, email: str, hashed: str) -> bool:
    cursor = await connection.execute(
        "INSERT INTO users (tenant_id, email, password_hash) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (tenant, email, hashed),
    )
    return cursor.rowcount == 1


async def _link_to_send(connection: Connection, tenant: UUID, email: str) -> str | None:
    cursor = await connection.execute(
        "SELECT id FROM users u WHERE lower(email) = lower(%s) AND password_chosen_at IS NULL"
        " AND NOT EXISTS (SELECT FROM password_links l"
        "  WHERE l.user_id = u.id AND l.mailed_at IS NOT NULL) FOR UPDATE",
        (email,),
    )
    row = await cursor.fetchone()
    return None if row is None else await store.make_link(connection, tenant, row[0])


async def _mark_sent(connection: Connection, token: str) -> None:
    await connection.execute(
        "UPDATE password_links SET mailed_at = now() WHERE token_hash = %s", (token_hash(token),)
    )


def _invite(settings: Settings, to: str, token: str) -> Seeded:
    if not settings.smtp_host:
        return Seeded(False, "not-configured", "SMTP_HOST is empty; the initial password works")
    text = _INVITATION.format(origin=settings.origin, token=token)
    subject = f"Your LeadEngine dashboard for {settings.called}"
    try:
        mail.send(settings, mail.compose(settings, to, subject, text))
    except mail.MailError as error:
        return Seeded(False, "failed", str(error))
    return Seeded(False, "sent", f"the invitation went to {to}")
