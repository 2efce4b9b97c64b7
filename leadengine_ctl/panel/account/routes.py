"""One's own account: password, browsers that are signed in, API tokens."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, SecretStr, ValidationError
from starlette.responses import Response

from leadengine_agent.values import Frozen, Line
from leadengine_ctl.errors import NotFoundError, UsageError
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel import app
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door import cookies, passwords
from leadengine_ctl.panel.door.throttle import SPAN
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)

_MOST = 10


class Wanted(Frozen):
    """A token that somebody asks for."""

    name: Annotated[Line, Field(min_length=1)]
    role: Role
    days: Annotated[int, Field(ge=1, le=365)] = 90


@router.get("/account")
def account(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """What is one's own."""
    return _page(request, desk, visitor)


@router.post("/account/password")
def password(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Another password; every other browser is signed out."""
    attempts, key = desk.world.store.attempts, f"account-password:{visitor.person.id}"
    if attempts.count(key, SPAN) >= _MOST:
        return _page(request, desk, visitor, "Too many attempts. Wait a quarter of an hour.")
    if not passwords.is_right(visitor.person.password, form.get("current", "")):
        attempts.add(key, SPAN)
        return _page(request, desk, visitor, "That is not your present password.")
    chosen = form.get("password", "")
    try:
        passwords.check_choice(chosen, form.get("repeated", ""), visitor.person.email)
    except UsageError as error:
        return _page(request, desk, visitor, f"{error.what}. {error.hint}".strip())
    desk.world.store.people.set_password(visitor.person.id, passwords.hash_password(chosen))
    desk.world_of(visitor).record("password", visitor.person.email)
    return _sign_in_anew(request, desk, visitor)


@router.post("/account/sessions")
def sign_out_elsewhere(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """Every other browser has to sign in again."""
    desk.world_of(visitor).record("sessions.close", visitor.person.email)
    return _sign_in_anew(request, desk, visitor)


@router.post("/account/tokens")
def create(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """A token for a program; it is readable this once."""
    try:
        wanted = Wanted.model_validate(form)
    except ValidationError as error:
        return _page(request, desk, visitor, app.sentence(error))
    if not visitor.role.covers(wanted.role):
        return _page(request, desk, visitor, "A token may not more than you.")
    record, token = desk.world.store.tokens.create(
        visitor.person.id, wanted.name, wanted.role, wanted.days
    )
    desk.world_of(visitor).record("token.create", record.id, detail=f"{wanted.name}: {wanted.role}")
    return _page(request, desk, visitor, token=token)


@router.post("/account/tokens/{token}/revoke")
def revoke(desk: DeskOf, visitor: Signed, token: str) -> Response:
    """One's own, at once; an owner's word ends anybody's."""
    tokens = desk.world.store.tokens
    whose = None if visitor.role is Role.OWNER else visitor.person.id
    if token not in {each.id for each in tokens.of(whose)}:
        raise NotFoundError("There is no such token")
    tokens.revoke(token)
    desk.world_of(visitor).record("token.revoke", token)
    return go_to("/account")


def _sign_in_anew(request: Request, desk: Desk, visitor: Visitor) -> Response:
    sessions = desk.world.store.sessions
    sessions.close_all(visitor.person.id)
    request.state.session_changed = True
    response = go_to("/account?changed=1")
    cookies.keep_session(response, sessions.open(visitor.person.id, proven=True))
    return response


def _page(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    problem: str = "",
    token: SecretStr | None = None,
) -> Response:
    return page(
        request,
        "account/account.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        problem=problem,
        token=token.get_secret_value() if token else "",
        tokens=desk.world.store.tokens.of(visitor.person.id),
        roles=[role for role in Role if visitor.role.covers(role)],
        url=desk.url,
    )
