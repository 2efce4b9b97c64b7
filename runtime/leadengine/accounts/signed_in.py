"""The door of the dashboard: a route that asks for `SignedIn` is for people who signed in, and for guests.

A guest is known by the pass that a frame shows with each request; a cookie beside it is not looked at.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from leadengine.accounts import store
from leadengine.accounts.browser import guest_pass, session_token
from leadengine.accounts.roles import may
from leadengine.embedding import keys
from leadengine.embedding.views import shows
from leadengine.services import Services, ServicesOf


class NotSignedInError(Exception):
    """Nobody is signed in; the app answers by showing the way to the sign-in page, a frame by 401."""


class NotPermittedError(Exception):
    """Somebody is signed in whose role is not enough; the app answers with a page that says so."""

    def __init__(self, person: "Person") -> None:
        super().__init__("not permitted")
        self.person = person


@dataclass(frozen=True)
class Person:
    """Who is looking, and the tenant they belong to.

    Attributes:
        views: what a guest may see of the dashboard; None: all of it, since this is no guest.
    """

    tenant: UUID
    id: UUID
    email: str
    name: str
    role: str
    views: tuple[str, ...] | None = None

    def may(self, method: str, path: str) -> bool:
        """Whether they may use a route; templates ask before they offer it."""
        if self.views is not None and not shows(self.views, path):
            return False
        return may(self.role, method, path)


async def _person(request: Request, services: ServicesOf) -> Person:
    given = guest_pass(request)
    person = await (_guest(services, given) if given else _signed_in(request, services))
    route = request.scope.get("route")
    if not person.may(request.method, getattr(route, "path", "")):
        raise NotPermittedError(person)
    return person


async def _guest(services: Services, given: str) -> Person:
    """The guest of a pass, while their application has its key and its origin is on the list."""
    guest = await services.guests.of(given)
    tenant = await services.database.tenant_of(services.settings.client_id)
    if guest is None or tenant is None or not services.lets_frame(guest.audience):
        raise NotSignedInError
    async with services.database.tenant(tenant) as connection:
        key = await keys.of(connection, guest.key)
    if key is None:
        raise NotSignedInError
    name = guest.user or key.name
    return Person(tenant, key.id, name, name, guest.role, guest.views)


async def _signed_in(request: Request, services: Services) -> Person:
    token = session_token(request)
    tenant = await services.database.tenant_of(services.settings.client_id) if token else None
    if tenant is None:
        raise NotSignedInError
    async with services.database.tenant(tenant) as connection:
        user = await store.session_user(connection, token)
    if user is None:
        raise NotSignedInError
    return Person(tenant, user.id, user.email, user.name, user.role)


SignedIn = Annotated[Person, Depends(_person)]
