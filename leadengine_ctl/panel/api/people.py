"""Who one is, and what everybody did."""

from typing import Annotated

from fastapi import APIRouter, Query

from leadengine_ctl.fleet.panel_records import PersonRecord
from leadengine_ctl.panel import teaming
from leadengine_ctl.panel.api.models import Answer, AuditAnswer, Me, Trail
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["people"])


class PersonAnswer(Answer):
    """Somebody of the team. `clients` null: all; `ready`: has a password and connected an app."""

    id: str
    email: str
    role: str
    clients: tuple[str, ...] | None
    active: bool
    ready: bool


class Team(Answer):
    people: tuple[PersonAnswer, ...]


class Invited(Answer):
    """`link`: good once, within a day; for that person alone."""

    person: PersonAnswer
    link: str


@router.get("/me")
def me(desk: DeskOf, visitor: Signed) -> Me:
    """Whose token this is, and what it may."""
    return Me(email=visitor.person.email, role=visitor.role, clients=visitor.scope, panel=desk.url)


@router.get("/audit")
def audit(
    desk: DeskOf,
    visitor: Signed,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> Trail:
    """The audit trail, newest first."""
    found = desk.world.store.audit.recent(limit, before)
    return Trail(entries=tuple(AuditAnswer(**each.model_dump()) for each in found))


@router.get("/team")
def team(desk: DeskOf, visitor: Signed) -> Team:
    """Everybody who may sign in."""
    return Team(people=tuple(_person(each) for each in desk.world.store.people.all()))


@router.post("/team", status_code=201)
def add(desk: DeskOf, visitor: Signed, wanted: teaming.Newcomer) -> Invited:
    """Add somebody."""
    person = teaming.add(desk, visitor, wanted)
    return Invited(person=_person(person), link=teaming.link_for(desk, person.id))


@router.post("/team/{person}")
def assign(desk: DeskOf, visitor: Signed, person: str, wanted: teaming.Member) -> PersonAnswer:
    """Another role or other clients; they have to sign in again."""
    return _person(teaming.assign(desk, visitor, person, wanted))


@router.post("/team/{person}/invite")
def invite(desk: DeskOf, visitor: Signed, person: str) -> Invited:
    """A new link; password and codes from before end with its use."""
    link = teaming.invite(desk, visitor, person)
    return Invited(person=_person(desk.world.store.people.get(person)), link=link)


@router.post("/team/{person}/suspend")
def suspend(desk: DeskOf, visitor: Signed, person: str) -> PersonAnswer:
    """Nothing of theirs works any more."""
    return _person(teaming.activate(desk, visitor, person, active=False))


@router.post("/team/{person}/activate")
def activate(desk: DeskOf, visitor: Signed, person: str) -> PersonAnswer:
    """Let them in again."""
    return _person(teaming.activate(desk, visitor, person, active=True))


def _person(record: PersonRecord) -> PersonAnswer:
    return PersonAnswer(
        id=record.id,
        email=record.email,
        role=record.role,
        clients=record.scope,
        active=record.active,
        ready=record.password is not None and record.totp is not None,
    )
