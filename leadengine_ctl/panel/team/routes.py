"""The team: who may sign in, as what, for which clients."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from leadengine_agent.values import Email, Frozen, Slug
from leadengine_ctl.errors import NotAllowedError, UsageError
from leadengine_ctl.fleet.panel_records import PersonRecord, Role
from leadengine_ctl.panel import app
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)

INVITATION = 24 * 3600.0
"""Seconds that an invitation is good."""


class Member(Frozen):
    """What a form says of a person."""

    role: Role
    scope: tuple[Slug, ...] | None


class Newcomer(Member):
    email: Email


@router.get("/team")
def team(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """Everybody."""
    return _page(request, desk)


@router.post("/team")
def add(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Add somebody, and show the link for them once."""
    try:
        wanted = Newcomer.model_validate({"email": form.get("email", "").strip(), **_member(form)})
        _refuse_above(visitor, wanted.role)
        person = desk.world.store.people.add(wanted.email, wanted.role, wanted.scope)
    except (ValidationError, NotAllowedError, UsageError) as error:
        words = app.sentence(error) if isinstance(error, ValidationError) else error.what
        return _page(request, desk, problem=words)
    desk.world_of(visitor).record("person.add", person.email, detail=_words(person))
    return _invited(request, desk, visitor, person)


@router.post("/team/{person}")
def change(desk: DeskOf, visitor: Signed, person: str, form: Form) -> Response:
    """Another role or other clients; suspended, or back."""
    people, world = desk.world.store.people, desk.world_of(visitor)
    record = people.get(person)
    _refuse_above(visitor, record.role)
    if "active" in form:
        active = form["active"] == "1"
        people.activate(person, active=active)
        if not active:
            desk.world.store.sessions.close_all(person)
        world.record("person.activate" if active else "person.suspend", record.email)
        return go_to("/team")
    wanted = Member.model_validate(_member(form))
    _refuse_above(visitor, wanted.role)
    people.assign(person, wanted.role, wanted.scope)
    # Who may less from now on must not go on with what they had.
    desk.world.store.sessions.close_all(person)
    world.record("person.assign", record.email, detail=_words(people.get(person)))
    return go_to("/team")


@router.post("/team/{person}/invite")
def invite(request: Request, desk: DeskOf, visitor: Signed, person: str) -> Response:
    """A new link: for a first password, or after a phone or a password was lost."""
    record = desk.world.store.people.get(person)
    _refuse_above(visitor, record.role)
    desk.world_of(visitor).record("person.invite", record.email)
    return _invited(request, desk, visitor, record)


def _invited(request: Request, desk: Desk, visitor: Visitor, person: PersonRecord) -> Response:
    code = desk.world.store.people.invite(person.id, INVITATION).get_secret_value()
    return page(request, "team/invited.html", person=person, link=f"{desk.url}/welcome#{code}")


def _refuse_above(visitor: Visitor, role: Role) -> None:
    """Nobody gives, changes or invites into a role above their own."""
    if not visitor.role.covers(role):
        raise NotAllowedError(
            f"That takes the role {role}", f"{visitor.person.email} has {visitor.role}.", ""
        )


def _member(form: dict[str, str]) -> dict[str, object]:
    names = form.get("scope", "").replace(",", " ").split()
    return {"role": form.get("role", ""), "scope": tuple(names) if names else None}


def _words(person: PersonRecord) -> str:
    scope = "all clients" if person.scope is None else ", ".join(person.scope)
    return f"{person.role} for {scope}"


def _page(request: Request, desk: Desk, problem: str = "") -> Response:
    return page(
        request,
        "team/team.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        people=desk.world.store.people.all(),
        roles=list(Role),
        problem=problem,
    )
