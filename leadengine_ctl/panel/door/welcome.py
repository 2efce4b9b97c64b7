"""A person who was invited chooses a password; there is no other way to become somebody here."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.panel_records import AuditLine
from leadengine_ctl.panel.door import cookies, passwords
from leadengine_ctl.panel.door.throttle import SPAN, network_of
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form, source_of

router = APIRouter(include_in_schema=False)

_MOST = 20
_GONE = "This code is not good any more: it was used, or is too old. Ask for a new one."


@router.get("/welcome")
def show(request: Request) -> Response:
    """The code stands behind the hash of the link, which browsers send nowhere."""
    return page(request, "door/welcome.html", problem="", code="")


@router.post("/welcome")
def choose(request: Request, desk: DeskOf, form: Form) -> Response:
    """Take the password; the one-time codes come next."""
    attempts, key = desk.world.store.attempts, f"network:{network_of(source_of(request))}"
    people, code = desk.world.store.people, form.get("code", "").strip()
    person = people.invited(code) if attempts.count(key, SPAN) < _MOST else None
    if person is None:
        attempts.add(key, SPAN)
        return page(request, "door/welcome.html", HTTPStatus.GONE, problem=_GONE, code="")
    password = form.get("password", "")
    try:
        passwords.check_choice(password, form.get("repeated", ""), person.email)
    except UsageError as error:
        problem = f"{error.what}. {error.hint}".strip()
        return page(
            request,
            "door/welcome.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            problem=problem,
            code=code,
        )
    if not people.choose_password(person.id, code, passwords.hash_password(password)):
        return page(request, "door/welcome.html", HTTPStatus.GONE, problem=_GONE, code="")
    sessions = desk.world.store.sessions
    sessions.close_all(person.id)
    desk.world.store.audit.append(
        AuditLine(actor=person.email, origin="panel", action="password", subject=person.email)
    )
    response = go_to("/sign-in/set-up")
    cookies.keep_session(response, sessions.open(person.id, proven=False))
    return response
