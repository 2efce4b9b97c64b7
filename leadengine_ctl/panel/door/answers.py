"""How the gate says no: to browsers with a page, to programs in JSON, in the three sentences of an error."""

import math
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from starlette.responses import JSONResponse, RedirectResponse, Response


@dataclass
class Denied(Exception):  # noqa: N818 - an answer that ends a request
    """The request ends here."""

    status: int
    what: str
    why: str = ""
    hint: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    leads_to: str = ""


def not_signed_in(request: Request, *, half: bool = False) -> Denied:
    """Show the way to the door, and back."""
    place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    way = "/sign-in/code" if half else "/sign-in"
    if request.method == "GET" and place != "/" and not half:
        way += f"?next={quote(place)}"
    return Denied(
        HTTPStatus.UNAUTHORIZED,
        "Nobody is signed in",
        "There is no session and no token, or it has ended.",
        "Sign in, or send a token: 'Authorization: Bearer lectl_…'.",
        {"WWW-Authenticate": "Bearer"},
        leads_to=way,
    )


def not_allowed(what: str, why: str, hint: str = "Ask an owner of the team.") -> Denied:
    return Denied(HTTPStatus.FORBIDDEN, what, why, hint)


def not_found(request: Request) -> Denied:
    """The same for what does not exist and for what is not to be seen."""
    return Denied(HTTPStatus.NOT_FOUND, "There is nothing here", "", "Go back to the fleet.")


def too_fast(seconds: float) -> Denied:
    wait = str(math.ceil(seconds))
    return Denied(
        HTTPStatus.TOO_MANY_REQUESTS,
        "That was too fast",
        "",
        f"Try again in {wait} s.",
        {"Retry-After": wait},
    )


def too_large() -> Denied:
    return Denied(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is larger than any form", "", "")


def answer_denied(request: Request, denied: Denied) -> Response:
    """The answer that suits who asked."""
    if is_program(request):
        body = {"what": denied.what, "why": denied.why, "hint": denied.hint}
        return JSONResponse(body, denied.status, denied.headers)
    if denied.leads_to:
        return RedirectResponse(denied.leads_to, HTTPStatus.SEE_OTHER)
    from leadengine_ctl.panel.pages import error_page

    return error_page(request, denied.status, (denied.what, denied.why, denied.hint))


def is_program(request: Request) -> bool:
    return str(request.scope["path"]).startswith(("/api/", "/agent/", "/metrics"))
