"""What is done to a client of a shared stack from outside: made, suspended, shown, let go.

Each can be killed anywhere and asked again: what is done is not done twice.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from psycopg.errors import UniqueViolation
from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict, Field

from leadengine.dashboard.snippet import bare_tag, loader
from leadengine.database import Connection, Database
from leadengine.serving.own_paths import RESERVED
from leadengine.settings import Colour, Settings
from leadengine.tenants import hosting
from leadengine.tenants.choices import Host, Look, Name, Site
from leadengine.tenants.preferences import keep

_NOBODYS_PASSWORD = "!"  # noqa: S105 - no hash: nobody can sign in before a password was made


class HostedError(Exception):
    """It cannot be done; the text says why, and what to do next."""


class Wanted(BaseModel):
    """A client to make.

    Attributes:
        slug: its name in the addresses.
        domain: of its website: events of others are not kept.
        email: of its first administrator.
        company: its name before visitors, until its people choose another; empty: the slug.
        colour: of its widget and dashboard, until its people choose another; empty: the stack's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=30)
    domain: Host
    email: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    company: Name = ""
    colour: Colour | Literal[""] = ""


@dataclass(frozen=True)
class Shown:
    """A client as whoever runs the stack sees it."""

    client_id: str
    slug: str
    domain: str
    email: str
    created_at: datetime
    suspended_at: datetime | None
    visits: int
    leads: int
    last_seen_at: datetime | None

    def as_json(self, shared: Settings) -> dict[str, object]:
        """With the addresses and the snippet."""
        own = {"client_id": self.client_id, "hosted_as": self.slug}
        its = shared.model_copy(update=own)
        facts = {name: _plain(value) for name, value in vars(self).items()}
        return {
            **facts,
            "dashboard": its.origin,
            "snippet": loader(its.loader_origin, its.client_id),
            "tag": bare_tag(its.script_origin),
        }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


_SHOWN = """
SELECT t.client_id, h.slug, h.domain, h.email, h.created_at, h.suspended_at,
  (SELECT count(*) FROM visits) AS visits, (SELECT count(*) FROM leads) AS leads,
  (SELECT max(last_seen_at) FROM visits) AS last_seen_at
FROM tenants t JOIN hosted_clients h ON h.tenant_id = t.id
"""


async def create(database: Database, shared: Settings, wanted: Wanted) -> dict[str, object]:
    """Make a client with its administrator; made before, it is shown as it is.

    Raises:
        HostedError: the name is taken, or cannot be one.
    """
    if wanted.slug in RESERVED or wanted.slug == shared.client_name:
        raise HostedError(f"'{wanted.slug}' is a name of the stack's own; choose another name")
    known = await hosting.find(database, wanted.slug)
    if known is None:
        try:
            await _make(database, wanted)
        except UniqueViolation:
            known = await hosting.find(database, wanted.slug)
        else:
            return {"created": True, **await show(database, shared, wanted.slug)}
    found = await show(database, shared, wanted.slug)
    if (found["domain"], found["email"]) != (wanted.domain, wanted.email):
        raise HostedError(
            f"'{wanted.slug}' is another client already, with the website {found['domain']};"
            " choose another name"
        )
    return {"created": False, **found}


async def _make(database: Database, wanted: Wanted) -> None:
    fresh = uuid4()
    site = Site(hosts=(wanted.domain.removeprefix("www."),))
    async with database.tenant(fresh) as connection:
        await connection.execute(
            "INSERT INTO tenants (id, client_id, name) VALUES (%s, %s, %s)",
            (fresh, secrets.token_hex(12), wanted.slug),
        )
        await connection.execute(
            "INSERT INTO hosted_clients (tenant_id, slug, domain, email) VALUES (%s, %s, %s, %s)",
            (fresh, wanted.slug, wanted.domain, wanted.email),
        )
        await connection.execute(
            "INSERT INTO users (tenant_id, email, password_hash) VALUES (%s, %s, %s)",
            (fresh, wanted.email, _NOBODYS_PASSWORD),
        )
        await keep(connection, fresh, site, "leadengine-admin")
        look = Look(name=wanted.company, primary=wanted.colour)
        if look != Look():
            await keep(connection, fresh, look, "leadengine-admin")


async def show(database: Database, shared: Settings, slug: str) -> dict[str, object]:
    """One client.

    Raises:
        HostedError: there is none of this name.
    """
    client = await known(database, slug)
    async with database.tenant(client.id) as connection:
        cursor = connection.cursor(row_factory=class_row(Shown))
        await cursor.execute(_SHOWN)
        found = await cursor.fetchone()
    if found is None:
        raise _unknown(slug)
    return found.as_json(shared)


async def listed(database: Database) -> list[dict[str, object]]:
    """Every client of the stack but its own, the oldest first."""
    return [
        {"client_id": one.client_id, "slug": one.slug, "suspended": one.suspended}
        for one in await hosting.every(database)
        if one.slug
    ]


async def suspend(database: Database, slug: str, *, on: bool) -> bool:
    """Let nobody in and take nothing, or let it go on; False when it was so already."""
    client = await known(database, slug)
    change = "now()" if on else "NULL"
    async with database.tenant(client.id) as connection:
        cursor = await connection.execute(
            f"UPDATE hosted_clients SET suspended_at = {change}"  # noqa: S608 - one of two words
            f" WHERE suspended_at IS {'NULL' if on else 'NOT NULL'}".encode()
        )
        return cursor.rowcount == 1


async def first_password(database: Database, slug: str) -> dict[str, str | None]:
    """The first administrator, with a password that is told once; None: it was told, or one was chosen."""
    # Imported here: it makes a hash of its own, and a client is made without one.
    from leadengine.accounts.passwords import hash_password

    client = await known(database, slug)
    password = secrets.token_urlsafe(18)
    hashed = await hash_password(password)
    async with database.tenant(client.id) as connection:
        cursor = await connection.execute("SELECT email FROM hosted_clients")
        (email,) = await cursor.fetchone() or ("",)
        told = await _tell_once(connection, email, hashed)
    return {"email": email, "password": password if told else None}


async def _tell_once(connection: Connection, email: str, hashed: str) -> bool:
    noted = await connection.execute(
        "UPDATE hosted_clients SET password_shown_at = now() WHERE password_shown_at IS NULL"
    )
    if not noted.rowcount:
        return False
    changed = await connection.execute(
        "UPDATE users SET password_hash = %s"
        " WHERE lower(email) = lower(%s) AND password_chosen_at IS NULL",
        (hashed, email),
    )
    return changed.rowcount == 1


async def known(database: Database, slug: str) -> hosting.Client:
    """The client of this name.

    Raises:
        HostedError: there is none.
    """
    client = await hosting.find(database, slug)
    if client is None or client.slug != slug:
        raise _unknown(slug)
    return client


def _unknown(slug: str) -> HostedError:
    return HostedError(f"there is no client called '{slug}' here; see which there are with 'list'")
