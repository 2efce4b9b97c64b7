"""`leadengine-admin hosting`: the clients of a shared stack. What is asked is JSON on standard input."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis

from leadengine import redis_pool
from leadengine.controlling import hosted
from leadengine.controlling.hosted import HostedError, Wanted
from leadengine.database import Database
from leadengine.settings import Settings, load


@dataclass(frozen=True)
class Asked:
    """What a command works with; what only some need they import themselves: making a client is quick."""

    settings: Settings
    database: Database
    redis: Redis


class Named(BaseModel):
    """Which client is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str


async def _create(asked: Asked, text: str) -> object:
    return await hosted.create(asked.database, asked.settings, Wanted.model_validate_json(text))


async def _list(asked: Asked, _text: str) -> object:
    return await hosted.listed(asked.database)


async def _show(asked: Asked, text: str) -> object:
    return await hosted.show(asked.database, asked.settings, _slug(text))


async def _suspend(asked: Asked, text: str) -> object:
    return {"changed": await hosted.suspend(asked.database, _slug(text), on=True)}


async def _resume(asked: Asked, text: str) -> object:
    return {"changed": await hosted.suspend(asked.database, _slug(text), on=False)}


async def _read_site(asked: Asked, text: str) -> object:
    from leadengine.controlling.introducing import read_site

    return {"changed": await read_site(asked.database, _slug(text))}


async def _password(asked: Asked, text: str) -> object:
    return await hosted.first_password(asked.database, _slug(text))


async def _count(asked: Asked, text: str) -> object:
    from leadengine.controlling.letting_go import Places

    found = Places(*vars(asked).values())
    return await found.count(await hosted.known(asked.database, _slug(text)))


async def _delete(asked: Asked, text: str) -> object:
    from leadengine.controlling.letting_go import Places, delete

    return await delete(Places(*vars(asked).values()), _slug(text))


def _slug(text: str) -> str:
    return Named.model_validate_json(text).slug


DOINGS: dict[str, Callable[[Asked, str], Awaitable[object]]] = {
    "create": _create,
    "list": _list,
    "show": _show,
    "suspend": _suspend,
    "resume": _resume,
    "read-site": _read_site,
    "password": _password,
    "count": _count,
    "delete": _delete,
}


def main(words: Sequence[str]) -> int:
    """Run one; its answer on standard output, what went wrong in one line on standard error."""
    if len(words) != 1 or words[0] not in DOINGS:
        sys.stderr.write(f"usage: leadengine-admin hosting {' | '.join(DOINGS)}\n")
        return 2
    try:
        answer = asyncio.run(_run(words[0], sys.stdin.read()))
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets one line
        first = str(error).strip().partition("\n")[0] or type(error).__name__
        sys.stderr.write(f"leadengine-admin hosting failed: {first}\n")
        return 1
    sys.stdout.write(json.dumps(answer, default=str, ensure_ascii=False) + "\n")
    return 0


async def _run(doing: str, text: str) -> object:
    settings = load(Settings, os.environ)
    if settings.kind != "hosted":
        raise HostedError("this stack is one client's own; clients are hosted in a stack for many")
    database = Database(settings.database_url.get_secret_value(), size=2)
    redis = redis_pool.connect(settings)
    await database.open()
    try:
        return await DOINGS[doing](Asked(settings, database, redis), text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, problem["loc"])) or "what was asked"
        raise HostedError(f"{where}: {problem['msg']}") from None
    finally:
        await database.close()
        await redis.aclose()
