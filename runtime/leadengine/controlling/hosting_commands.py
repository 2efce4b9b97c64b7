"""`leadengine-admin hosting`: the clients of a shared stack. What is asked is JSON on standard input."""

import sys
from collections.abc import Awaitable, Callable

from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis

from leadengine.controlling import hosted
from leadengine.controlling.hosted import HostedError, Wanted
from leadengine.controlling.letting_go import Places, delete
from leadengine.database import Database
from leadengine.settings import Settings


class Named(BaseModel):
    """Which client is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str


async def _create(places: Places, text: str) -> object:
    return await hosted.create(places.database, places.settings, Wanted.model_validate_json(text))


async def _list(places: Places, _text: str) -> object:
    return await hosted.listed(places.database)


async def _show(places: Places, text: str) -> object:
    return await hosted.show(places.database, places.settings, _slug(text))


async def _suspend(places: Places, text: str) -> object:
    return {"changed": await hosted.suspend(places.database, _slug(text), on=True)}


async def _resume(places: Places, text: str) -> object:
    return {"changed": await hosted.suspend(places.database, _slug(text), on=False)}


async def _password(places: Places, text: str) -> object:
    return {"password": await hosted.first_password(places.database, _slug(text))}


async def _count(places: Places, text: str) -> object:
    return await places.count(await hosted.known(places.database, _slug(text)))


async def _delete(places: Places, text: str) -> object:
    return await delete(places, _slug(text))


def _slug(text: str) -> str:
    return Named.model_validate_json(text).slug


DOINGS: dict[str, Callable[[Places, str], Awaitable[object]]] = {
    "create": _create,
    "list": _list,
    "show": _show,
    "suspend": _suspend,
    "resume": _resume,
    "password": _password,
    "count": _count,
    "delete": _delete,
}


async def run(settings: Settings, database: Database, redis: Redis, doing: str) -> object:
    """Do it; the answer is JSON.

    Raises:
        HostedError: it cannot be done, in one sentence.
    """
    if settings.kind != "hosted":
        raise HostedError("this stack is one client's own; clients are hosted in a stack for many")
    try:
        return await DOINGS[doing](Places(settings, database, redis), sys.stdin.read())
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, problem["loc"])) or "what was asked"
        raise HostedError(f"{where}: {problem['msg']}") from None
