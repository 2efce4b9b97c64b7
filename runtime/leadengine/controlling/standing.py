"""`leadengine-admin standing`: hold a client back that does not pay, or let it go on.

What is asked is JSON on standard input. A person's `suspend` is something else: no payment undoes it.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from leadengine.database import Database
from leadengine.settings import Settings, load
from leadengine.tenants import hosting

_CHANGE = """
INSERT INTO standings (tenant_id, standing) VALUES (current_tenant(), %s)
ON CONFLICT (tenant_id) DO UPDATE SET standing = excluded.standing, since = now()
  WHERE standings.standing <> excluded.standing
"""


class StandingError(Exception):
    """It cannot be done; the text says why, and what to do next."""


class Asked(BaseModel):
    """`slug`: a client of a shared stack; empty: the client of a stack of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = ""
    standing: Literal["good", "read-only", "suspended"]


async def change(database: Database, settings: Settings, asked: Asked) -> bool:
    """Let a client stand so; False: it did already.

    Raises:
        StandingError: there is no such client here.
    """
    if bool(asked.slug) != (settings.kind == "hosted"):
        message = "a client is named in a stack for many, and in no other; name the stack it is in"
        raise StandingError(message)
    client = await hosting.find(database, asked.slug or settings.client_id)
    if client is None or client.slug != asked.slug:
        message = f"there is no client called '{asked.slug}' here; see which there are with 'list'"
        raise StandingError(message)
    async with database.tenant(client.id) as connection:
        if asked.standing == "good":
            cursor = await connection.execute("DELETE FROM standings")
        else:
            cursor = await connection.execute(_CHANGE, (asked.standing,))
        return cursor.rowcount == 1


def main(words: Sequence[str]) -> int:
    """Do it; the answer on standard output, what went wrong in one line on standard error."""
    if words:
        sys.stderr.write("usage: leadengine-admin standing, with JSON on standard input\n")
        return 2
    try:
        changed = asyncio.run(_run(sys.stdin.read()))
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets one line
        first = str(error).strip().partition("\n")[0] or type(error).__name__
        sys.stderr.write(f"leadengine-admin standing failed: {first}\n")
        return 1
    sys.stdout.write(json.dumps({"changed": changed}) + "\n")
    return 0


async def _run(text: str) -> bool:
    settings = load(Settings, os.environ)
    try:
        asked = Asked.model_validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        raise StandingError(f"{problem['loc']}: {problem['msg']}") from None
    database = Database(settings.database_url.get_secret_value(), size=1)
    await database.open()
    try:
        return await change(database, settings, asked)
    finally:
        await database.close()
