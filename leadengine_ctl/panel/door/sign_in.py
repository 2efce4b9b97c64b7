"""Signing in: a password, then a one-time code; the session gets a new token at each step."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import SecretStr
from starlette.responses import Response

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.panel_records import AuditLine, PersonRecord
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door import codes, cookies, passwords, throttle
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form, source_of

router = APIRouter(include_in_schema=False)

_WRONG = "That is not right. Look at the address and the password."
_LOCKED = (
    "Too many attempts from browsers that are not known. Wait a quarter of an hour, or use the browser "
    "that you signed in with before."
)


@router.get("/sign-in")
def show(request: Request, next: str = "/") -> Response:  # noqa: A002 - the parameter's name in the address
    """The door."""
    return page(request, "door/sign_in.html", problem="", email="", next=_local(next))


@router.post("/sign-in")
def take_password(request: Request, desk: DeskOf, form: Form) -> Response:
    """Half-way in, when the password is right."""
    email, password = form.get("email", "").strip(), form.get("password", "")
    place = _local(form.get("next", "/"))
    guesses = _guesses(request, desk, email)
    if guesses.too_many():
        return _again(request, email, place, _LOCKED, HTTPStatus.TOO_MANY_REQUESTS)
    person = desk.world.store.people.find(email)
    if not passwords.is_right(person.password if person else None, password) or person is None:
        guesses.failed()
        _note(desk, email, "refused", source_of(request))
        return _again(request, email, place, _WRONG, HTTPStatus.UNAUTHORIZED)
    if not person.active:
        return _again(request, email, place, _WRONG, HTTPStatus.UNAUTHORIZED)
    return _half_way(desk, person, place)


def _half_way(desk: Desk, person: PersonRecord, place: str) -> Response:
    way = "/sign-in/code" if person.totp else "/sign-in/set-up"
    response = go_to(f"{way}?next={quote(place)}")
    token = desk.world.store.sessions.open(person.id, proven=False)
    cookies.keep_session(response, token)
    return response


@router.get("/sign-in/code")
def ask_code(request: Request, visitor: Signed, next: str = "/") -> Response:  # noqa: A002
    """The second step."""
    if visitor.person.totp is None:
        return go_to(f"/sign-in/set-up?next={quote(_local(next))}")
    return page(request, "door/code.html", problem="", next=_local(next))


@router.post("/sign-in/code")
def take_code(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """In, when the code is right and was not used before."""
    person, place = visitor.person, _local(form.get("next", "/"))
    guesses = _guesses(request, desk, person.email)
    if guesses.too_many():
        return page(
            request, "door/code.html", HTTPStatus.TOO_MANY_REQUESTS, problem=_LOCKED, next=place
        )
    step = codes.step_of(person.totp, form.get("code", "")) if person.totp else None
    if step is None or not desk.world.store.people.use_step(person.id, step):
        guesses.failed()
        _note(desk, person.email, "refused", source_of(request))
        problem = "That code is not right, or was used already. Wait for the next one."
        return page(request, "door/code.html", HTTPStatus.UNAUTHORIZED, problem=problem, next=place)
    guesses.succeeded()
    return _let_in(request, desk, visitor, place)


@router.get("/sign-in/set-up")
def show_set_up(request: Request, desk: DeskOf, visitor: Signed, next: str = "/") -> Response:  # noqa: A002
    """Once for each person: connect an authenticator app."""
    if visitor.person.totp is not None:
        return go_to("/sign-in/code")
    return _set_up_page(request, desk, visitor, codes.new_seed(), _local(next))


@router.post("/sign-in/set-up")
def take_set_up(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Connected, when the app's first code is right."""
    place = _local(form.get("next", "/"))
    if visitor.person.totp is not None:
        return go_to("/sign-in/code")
    try:
        # The page carries the seed sealed: until it is proved there is nothing to keep.
        whose, _, text = desk.keys.unseal(form.get("seed", "")).get_secret_value().partition(":")
    except LeadEngineError:
        return go_to("/sign-in/set-up")
    seed = SecretStr(text)
    step = codes.step_of(seed, form.get("code", ""))
    if step is None or whose != visitor.person.id:
        problem = "That code is not right. Is the clock of your phone?"
        return _set_up_page(request, desk, visitor, seed, place, problem)
    desk.world.store.people.set_totp(visitor.person.id, seed, step)
    return _let_in(request, desk, visitor, place)


@router.post("/sign-out")
def sign_out(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """The session ends, here and on the server."""
    if visitor.session:
        desk.world.store.sessions.close(visitor.session.digest)
    request.state.session_changed = True
    response = go_to("/sign-in")
    cookies.drop_session(response)
    return response


def _let_in(request: Request, desk: Desk, visitor: Visitor, place: str) -> Response:
    sessions = desk.world.store.sessions
    if visitor.session:
        sessions.close(visitor.session.digest)
    request.state.session_changed = True
    response = go_to(place)
    cookies.keep_session(response, sessions.open(visitor.person.id, proven=True))
    cookies.keep_mark(response, throttle.mark(desk.keys, visitor.person.email))
    _note(desk, visitor.person.email, "done", source_of(request))
    return response


def _set_up_page(
    request: Request, desk: Desk, visitor: Visitor, seed: SecretStr, place: str, problem: str = ""
) -> Response:
    from markupsafe import Markup

    picture = codes.picture(seed, visitor.person.email)
    sealed = desk.keys.seal(SecretStr(f"{visitor.person.id}:{seed.get_secret_value()}"))
    return page(
        request,
        "door/set_up.html",
        HTTPStatus.UNAUTHORIZED if problem else HTTPStatus.OK,
        picture=Markup(picture),  # noqa: S704 - drawn by us, from letters and digits
        seed=seed.get_secret_value(),
        sealed=sealed,
        problem=problem,
        next=place,
    )


def _guesses(request: Request, desk: Desk, email: str) -> throttle.Guesses:
    attempts, device = desk.world.store.attempts, cookies.device_mark(request)
    return throttle.guesses(attempts, desk.keys, email, device, source_of(request))


def _again(request: Request, email: str, place: str, problem: str, status: int) -> Response:
    return page(request, "door/sign_in.html", status, problem=problem, email=email, next=place)


def _note(desk: Desk, email: str, outcome: str, source: str) -> None:
    line = AuditLine(
        actor=email[:254], origin="panel", action="sign-in", outcome=outcome, detail=source
    )
    desk.world.store.audit.append(line)


def _local(place: str) -> str:
    """A place of this panel and no other."""
    good = place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable()
    return place if good else "/"
