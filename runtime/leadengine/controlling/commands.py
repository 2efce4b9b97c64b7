"""The commands of `leadengine-admin` for tenants, people, usage and the worker; answers are JSON."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from redis.asyncio import Redis

from leadengine import redis_pool
from leadengine.accounts import store, team
from leadengine.accounts.roles import ROLES
from leadengine.controlling import pausing, tenants
from leadengine.controlling.usage import span_of, usage
from leadengine.database import Connection, Database
from leadengine.privacy import people
from leadengine.privacy.erasing import Eraser
from leadengine.privacy.mentions import is_address
from leadengine.privacy.retention import delete_old
from leadengine.settings import Settings, load
from leadengine.tenants import hosting
from leadengine.tenants.preferences import Chosen


class CommandError(Exception):
    """A command cannot be done; the text says why, and what to do next."""


@dataclass(frozen=True)
class Stack:
    """What a command works with."""

    settings: Settings
    database: Database
    redis: Redis

    async def tenant(self, client_id: str) -> UUID:
        """The tenant behind a client ID; without one, the stack's own."""
        found = await self.database.tenant_of(client_id or self.settings.client_id)
        if found is None:
            raise CommandError("there is no such client; 'leadengine-admin tenants' lists them")
        return found

    async def settings_of(self, client_id: str) -> Settings:
        """The settings of a client; in a stack of one client, the stack's own."""
        if self.settings.kind != "hosted" or not client_id:
            return self.settings
        client = await hosting.find(self.database, client_id)
        return client.settings(self.settings) if client else self.settings


Command = Callable[[Stack, argparse.Namespace], Awaitable[object]]


async def _tenants(stack: Stack, words: argparse.Namespace) -> object:
    if words.create and not await tenants.create(stack.database, words.create, words.name):
        raise CommandError(f"{words.create} is taken")
    return [one.as_json() for one in await tenants.tenants(stack.database)]


async def _users(stack: Stack, words: argparse.Namespace) -> object:
    tenant = await stack.tenant(words.client)
    async with stack.database.tenant(tenant) as connection:
        made = await _change_users(connection, tenant, words)
        found = await team.members(connection)
    settings = await stack.settings_of(words.client)
    listed = [{"email": one.email, "name": one.name, "role": one.role} for one in found]
    return {"link": f"{settings.origin}/set-password#{made}", "users": listed} if made else listed


async def _change_users(connection: Connection, tenant: UUID, words: argparse.Namespace) -> str:
    """Do what was asked; returns the token of a one-time link, where one was made."""
    if words.add:
        token = await team.invite(connection, tenant, words.add, words.name, words.role)
        if token is None:
            raise CommandError(f"{words.add} has an account already; '--link' makes a new link")
        return token
    asked = words.link or words.remove or words.without_code
    user = await store.find_user(connection, asked) if asked else None
    if not asked:
        return ""
    if user is None:
        raise CommandError(f"{asked} has no account; 'leadengine-admin users' lists them")
    if words.link:
        return (await team.new_link(connection, tenant, user.id) or ("", ""))[1]
    done = await (team.remove if words.remove else team.forget_code)(connection, user.id)
    if not done:
        raise CommandError("nobody would be left to administer; make somebody else one first")
    return ""


async def _usage(stack: Stack, words: argparse.Namespace) -> object:
    try:
        span = span_of(words.since, words.until, datetime.now(UTC).date())
    except ValueError as error:
        raise CommandError(f"{error}; days are written as 2026-01-31") from None
    async with stack.database.tenant(await stack.tenant(words.client)) as connection:
        return (await usage(connection, *span)).as_json()


async def _worker(stack: Stack, words: argparse.Namespace) -> object:
    if words.do == "pause":
        await pausing.pause(stack.redis, words.seconds)
    elif words.do == "resume":
        await pausing.resume(stack.redis)
    return {"paused_seconds": await pausing.seconds_left(stack.redis)}


async def _person(stack: Stack, words: argparse.Namespace) -> object:
    tenant = await stack.tenant(words.client)
    if not is_address(words.email):
        raise CommandError(f"{words.email!r} is no address of mail; nothing was done")
    if words.do == "erase":
        eraser = Eraser(stack.database, stack.redis, await stack.settings_of(words.client))
        return vars(await eraser.erase(tenant, words.email, "leadengine-admin"))
    async with stack.database.tenant(tenant) as connection:
        return await people.export(connection, await people.find(connection, words.email))


async def _retention(stack: Stack, words: argparse.Namespace) -> object:
    tenant = await stack.tenant(words.client)
    async with stack.database.tenant(tenant) as connection:
        chosen = await Chosen.read(connection)
    return await delete_old(stack.database, tenant, chosen.privacy.retention)


COMMANDS: dict[str, Command] = {
    "tenants": _tenants,
    "users": _users,
    "usage": _usage,
    "worker": _worker,
    "person": _person,
    "retention": _retention,
}


def run(argv: Sequence[str]) -> int:
    """Run one command; its answer on standard output, what went wrong on standard error."""
    words = _parser().parse_args(argv)
    try:
        answer = asyncio.run(_with_stack(words))
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets one line
        sys.stderr.write(f"leadengine-admin {words.command} failed: {_first_line(error)}\n")
        return 1
    sys.stdout.write(json.dumps(answer, default=str, ensure_ascii=False) + "\n")
    return 0


async def _with_stack(words: argparse.Namespace) -> object:
    settings = load(Settings, os.environ)
    database = Database(settings.database_url.get_secret_value(), size=2)
    redis = redis_pool.connect(settings)
    await database.open()
    try:
        return await COMMANDS[words.command](Stack(settings, database, redis), words)
    finally:
        await database.close()
        await redis.aclose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="leadengine-admin")
    commands = parser.add_subparsers(dest="command", required=True)
    tenant = commands.add_parser("tenants", help="list the clients of this stack, or make one")
    tenant.add_argument("--create", metavar="CLIENT_ID", default="")
    tenant.add_argument("--name", default="")
    user = commands.add_parser("users", help="list the people of a client, or change them")
    for change in ("--add", "--link", "--remove", "--without-code"):
        user.add_argument(change, metavar="EMAIL", default="")
    user.add_argument("--name", default="")
    user.add_argument("--role", choices=tuple(ROLES), default="member")
    used = commands.add_parser("usage", help="what a client used; without days, this month so far")
    used.add_argument("--since", default="", metavar="DAY")
    used.add_argument("--until", default="", metavar="DAY")
    worker = commands.add_parser("worker", help="let the worker rest, or work again")
    worker.add_argument("do", choices=("status", "pause", "resume"))
    worker.add_argument("--seconds", type=int, default=300)
    person = commands.add_parser("person", help="hand out or erase what is kept of somebody")
    person.add_argument("do", choices=("export", "erase"))
    person.add_argument("email")
    retention = commands.add_parser("retention", help="delete what is too old, now")
    for command in (user, used, person, retention):
        command.add_argument("--client", default="", metavar="CLIENT_ID")
    return parser


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
