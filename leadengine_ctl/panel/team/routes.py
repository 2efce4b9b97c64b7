"""The team: who may sign in, as what, for which clients."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from leadengine_ctl.errors import NotAllowedError, UsageError
from leadengine_ctl.fleet.panel_records import PersonRecord, Role
from leadengine_ctl.panel import app, teaming
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)


@router.get("/team")
def team(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """Everybody."""
    return _page(request, desk)


@router.post("/team")
def add(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Add somebody, and show the link for them once."""
    try:
        values = {"email": form.get("email", "").strip(), **_member(form)}
        person = teaming.add(desk, visitor, teaming.Newcomer.model_validate(values))
    except (ValidationError, NotAllowedError, UsageError) as error:
        words = app.sentence(error) if isinstance(error, ValidationError) else error.what
        return _page(request, desk, problem=words)
    return _invited(request, person, teaming.link_for(desk, person.id))


@router.post("/team/{person}")
def change(desk: DeskOf, visitor: Signed, person: str, form: Form) -> Response:
    """Another role or other clients; suspended, or back."""
    if "active" in form:
        teaming.activate(desk, visitor, person, active=form["active"] == "1")
    else:
        teaming.assign(desk, visitor, person, teaming.Member.model_validate(_member(form)))
    return go_to("/team")


@router.post("/team/{person}/invite")
def invite(request: Request, desk: DeskOf, visitor: Signed, person: str) -> Response:
    """A new link: for a first password, or after a phone or a password was lost."""
    link = teaming.invite(desk, visitor, person)
    return _invited(request, desk.world.store.people.get(person), link)


def _invited(request: Request, person: PersonRecord, link: str) -> Response:
    return page(request, "team/invited.html", person=person, link=link)


def _member(form: dict[str, str]) -> dict[str, object]:
    names = form.get("scope", "").replace(",", " ").split()
    return {"role": form.get("role", ""), "scope": tuple(names) if names else None}


def _page(request: Request, desk: Desk, problem: str = "") -> Response:
    return page(
        request,
        "team/team.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        people=desk.world.store.people.all(),
        roles=list(Role),
        problem=problem,
    )
