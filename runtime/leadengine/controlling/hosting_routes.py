"""The clients of a shared stack, for `leadengine-admin hosting` in the api's own container.

Whoever asks came through no proxy and shows that they can read the stack's secret: these change
clients, and one of them tells a password.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from leadengine.controlling import hosted
from leadengine.controlling.hosted import HostedError, Wanted
from leadengine.controlling.introducing import read_own_site, read_site
from leadengine.controlling.letting_go import Places, delete
from leadengine.controlling.proof import is_proof
from leadengine.controlling.routes import Inside
from leadengine.services import Services, ServicesOf
from leadengine.tenants.choices import Host

router = APIRouter(dependencies=[Inside])

_LONGEST_BODY = 4096


class Named(BaseModel):
    """Which client is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str


class SiteOf(BaseModel):
    """Whose website: a hosted client's, or that of the stack's own client, by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = ""
    site: Host | Literal[""] = ""


async def _create(services: Services, text: bytes) -> object:
    return await hosted.create(
        services.database, services.settings, Wanted.model_validate_json(text)
    )


async def _list(services: Services, _text: bytes) -> object:
    return await hosted.listed(services.database)


async def _show(services: Services, text: bytes) -> object:
    return await hosted.show(services.database, services.settings, _slug(text))


async def _suspend(services: Services, text: bytes) -> object:
    return {"changed": await hosted.suspend(services.database, _slug(text), on=True)}


async def _resume(services: Services, text: bytes) -> object:
    return {"changed": await hosted.suspend(services.database, _slug(text), on=False)}


async def _read_site(services: Services, text: bytes) -> object:
    asked = SiteOf.model_validate_json(text)
    if asked.slug:
        return {"changed": await read_site(services.database, asked.slug)}
    if not asked.site:
        raise HostedError("no website was named; name a client or its website")
    client_id = services.settings.client_id
    return {"changed": await read_own_site(services.database, client_id, asked.site)}


async def _password(services: Services, text: bytes) -> object:
    return await hosted.first_password(services.database, _slug(text))


async def _count(services: Services, text: bytes) -> object:
    return await _places(services).count(await hosted.known(services.database, _slug(text)))


async def _delete(services: Services, text: bytes) -> object:
    return await delete(_places(services), _slug(text))


def _places(services: Services) -> Places:
    return Places(services.settings, services.database, services.redis)


def _slug(text: bytes) -> str:
    return Named.model_validate_json(text).slug


_DOINGS: dict[str, Callable[[Services, bytes], Awaitable[object]]] = {
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


_OF_OWN_STACKS = frozenset(["read-site"])
"""What a stack of one client does, too."""


@router.post("/internal/hosting/{doing}")
async def do(request: Request, services: ServicesOf, doing: str) -> Response:
    """Do one of them; its answer is JSON, what went wrong is one line of text."""
    secret = services.settings.session_secret.get_secret_value()
    if not is_proof(secret, request.headers.get("authorization", "")) or doing not in _DOINGS:
        raise HTTPException(404)
    try:
        answer = await _DOINGS[doing](services, await _asked(request, services, doing))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, problem["loc"])) or "what was asked"
        return PlainTextResponse(f"{where}: {problem['msg']}", 422)
    except HostedError as error:
        return PlainTextResponse(str(error), 409)
    text = json.dumps(answer, default=str, ensure_ascii=False)
    return Response(text, media_type="application/json")


async def _asked(request: Request, services: Services, doing: str) -> bytes:
    if services.settings.kind != "hosted" and doing not in _OF_OWN_STACKS:
        raise HostedError("this stack is one client's own; clients are hosted in a stack for many")
    text = await request.body()
    if len(text) > _LONGEST_BODY:
        raise HostedError("more was asked than a command asks; see 'leadengine-admin hosting'")
    return text
