"""The doors of the frame: for the application's backend, for the frame, and for the page around it."""

from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ValidationError

from leadengine.accounts.browser import guest_pass
from leadengine.dashboard.pages import bare_page
from leadengine.embedding import keys
from leadengine.embedding.guests import PASS_SECONDS, TOKEN_SECONDS
from leadengine.embedding.theme import Theme
from leadengine.embedding.views import START, View
from leadengine.embedding.vouching import RefusedGuestError, Shown, Wanted, check_place, vouch
from leadengine.headers import policy_of
from leadengine.services import Services, ServicesOf
from leadengine.tracking.pixel import serve
from leadengine.tracking.routes import body_of

router = APIRouter()

_Asked = TypeVar("_Asked", bound=BaseModel)
_KEPT_NOWHERE = {"Cache-Control": "no-store"}


@router.post("/embed/tokens")
async def token(request: Request, services: ServicesOf) -> Response:
    """A guest token, for a backend that shows its key."""
    try:
        key = await _key(request, services)
        wanted = await _read(Wanted, request)
        guest = vouch(key, wanted, services.preferences.now.embedding.origins)
    except RefusedGuestError as refused:
        return _refuse(refused)
    said = {"token": await services.guests.announce(guest), "expires_in": TOKEN_SECONDS}
    return JSONResponse(said, HTTPStatus.CREATED, headers=_KEPT_NOWHERE)


@router.post("/embed/pass")
async def let_in(request: Request, services: ServicesOf) -> Response:
    """A pass for a guest token; whatever the answer is, the token is used up."""
    try:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise RefusedGuestError(HTTPStatus.FORBIDDEN, "only the frame itself asks for a pass")
        shown = await _read(Shown, request)
        guest = await services.guests.take(shown.token)
        if guest is None or not await _has_key(services, guest.key):
            raise RefusedGuestError(
                HTTPStatus.UNAUTHORIZED,
                f"this guest token was used, is older than {TOKEN_SECONDS} seconds, or was never given here",
            )
        check_place(guest, shown.origin, services.preferences.now.embedding.origins)
    except RefusedGuestError as refused:
        return _refuse(refused)
    if shown.before:
        await services.guests.leave(shown.before)
    said = {"pass": await services.guests.admit(guest), "expires_in": PASS_SECONDS}
    return JSONResponse(said, headers=_KEPT_NOWHERE)


@router.get("/embed/theme.css")
async def theme(request: Request, services: ServicesOf) -> Response:
    """The colours and letters that the page around wants; what cannot be read is refused whole."""
    try:
        wanted = Theme.model_validate(dict(request.query_params))
    except ValidationError as error:
        return _refuse(_unread(error))
    headers = {"Cache-Control": "private, max-age=300"}
    return Response(wanted.stylesheet(services.brand), media_type="text/css", headers=headers)


@router.get("/embed/frame.js")
async def frame_script(request: Request, services: ServicesOf) -> Response:
    """What works in the frame."""
    return serve(request, services.scripts.frame())


@router.get("/embed.js")
async def script(request: Request, services: ServicesOf) -> Response:
    """The element `<le-dashboard>`, for pages of other applications."""
    return serve(request, services.scripts.embed())


@router.get("/embed/{view}")
async def frame(request: Request, services: ServicesOf, view: View) -> Response:
    """The empty frame: it shows nothing before it has a pass, and sets no cookie."""
    origins = services.preferences.now.embedding.origins
    response = bare_page(
        services, "embed.html", title=view.capitalize(), start=START[view], hosts=" ".join(origins)
    )
    policy = policy_of(services.logo_origin(), origins)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


async def _key(request: Request, services: Services) -> keys.Key:
    shown = guest_pass(request)
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is not None and shown.startswith(keys.PREFIX):
        async with services.database.tenant(tenant) as connection:
            found = await keys.shown(connection, shown)
        if found is not None:
            return found
    raise RefusedGuestError(
        HTTPStatus.UNAUTHORIZED,
        "show a key of this client as 'Authorization: Bearer …'; one is made under Settings, Embedding",
    )


async def _has_key(services: Services, key: UUID) -> bool:
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is None:
        return False
    async with services.database.tenant(tenant) as connection:
        return await keys.of(connection, key) is not None


async def _read(kind: type[_Asked], request: Request) -> _Asked:
    try:
        return kind.model_validate_json(await body_of(request) or b"")
    except ValidationError as error:
        raise _unread(error) from None


def _unread(error: ValidationError) -> RefusedGuestError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "body"
    message = first["msg"].removeprefix("Value error, ")
    return RefusedGuestError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{place}: {message}")


def _refuse(refused: RefusedGuestError) -> Response:
    return JSONResponse({"error": str(refused)}, refused.status, headers=_KEPT_NOWHERE)
