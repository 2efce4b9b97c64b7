"""People of the panel, as far as they are made from the machine itself."""

from leadengine_agent.values import Email, Frozen
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.base import World

INVITATION = 24 * 3600.0
"""Seconds that an invitation is good."""


class _Wanted(Frozen):
    email: Email
    role: Role


def add_person(world: World, email: str, role: str) -> str:
    """Add somebody; the link with which they choose a password.

    Raises:
        ValidationError: the address or the role is none.
        NotAllowedError: the address is taken.
    """
    wanted = _Wanted.model_validate({"email": email, "role": role})
    person = world.store.people.add(wanted.email, wanted.role)
    world.record("person.add", person.email, detail=f"{person.role} for all clients")
    return _link(world, person.id)


def invite_person(world: World, email: str) -> str:
    """A new link for somebody, whose former password and codes end with its use.

    Raises:
        NotFoundError: there is no such person.
    """
    person = world.store.people.find(email)
    if person is None:
        raise NotFoundError(
            f"Nobody has the address '{email}'",
            "",
            "See 'lectl panel admin list' for those who have.",
        )
    world.record("person.invite", person.email)
    return _link(world, person.id)


def _link(world: World, person: str) -> str:
    code = world.store.people.invite(person, INVITATION).get_secret_value()
    return f"{world.settings.panel_place}/welcome#{code}"
