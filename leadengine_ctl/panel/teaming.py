"""The team as pages and the API work with it: nobody gives or changes a role above their own."""

from leadengine_agent.values import Email, Frozen, Slug
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.panel_records import PersonRecord, Role
from leadengine_ctl.operations.people import INVITATION
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Visitor


class Member(Frozen):
    """What somebody may. `scope` null: all clients."""

    role: Role
    scope: tuple[Slug, ...] | None = None


class Newcomer(Member):
    """Somebody new."""

    email: Email


def add(desk: Desk, visitor: Visitor, wanted: Newcomer) -> PersonRecord:
    """Add somebody, who gets in by an invitation alone.

    Raises:
        NotAllowedError: the role is above one's own, or the address is taken.
    """
    _refuse_above(visitor, wanted.role)
    person = desk.world.store.people.add(wanted.email, wanted.role, wanted.scope)
    desk.world_of(visitor).record("person.add", person.email, detail=_words(person))
    return person


def assign(desk: Desk, visitor: Visitor, person: str, wanted: Member) -> PersonRecord:
    """Another role or other clients.

    Raises:
        NotAllowedError: one of the two roles is above one's own, or nobody would be owner.
    """
    people = desk.world.store.people
    _refuse_above(visitor, people.get(person).role)
    _refuse_above(visitor, wanted.role)
    people.assign(person, wanted.role, wanted.scope)
    # Who may less from now on must not go on with what they had.
    desk.world.store.sessions.close_all(person)
    record = people.get(person)
    desk.world_of(visitor).record("person.assign", record.email, detail=_words(record))
    return record


def activate(desk: Desk, visitor: Visitor, person: str, *, active: bool) -> PersonRecord:
    """Suspend somebody, or let them in again.

    Raises:
        NotAllowedError: the role is above one's own, or nobody would be owner.
    """
    people = desk.world.store.people
    record = people.get(person)
    _refuse_above(visitor, record.role)
    people.activate(person, active=active)
    if not active:
        desk.world.store.sessions.close_all(person)
    action = "person.activate" if active else "person.suspend"
    desk.world_of(visitor).record(action, record.email)
    return people.get(person)


def invite(desk: Desk, visitor: Visitor, person: str) -> str:
    """A link, good once: for a first password, or after a phone or a password was lost.

    Raises:
        NotAllowedError: the role is above one's own.
    """
    record = desk.world.store.people.get(person)
    _refuse_above(visitor, record.role)
    desk.world_of(visitor).record("person.invite", record.email)
    return link_for(desk, person)


def link_for(desk: Desk, person: str) -> str:
    """The link of somebody who was added just now."""
    code = desk.world.store.people.invite(person, INVITATION).get_secret_value()
    return f"{desk.url}/welcome#{code}"


def _refuse_above(visitor: Visitor, role: Role) -> None:
    if not visitor.role.covers(role):
        raise NotAllowedError(
            f"That takes the role {role}", f"{visitor.person.email} has {visitor.role}.", ""
        )


def _words(person: PersonRecord) -> str:
    scope = "all clients" if person.scope is None else ", ".join(person.scope)
    return f"{person.role} for {scope}"
