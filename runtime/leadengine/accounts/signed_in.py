"""The door of the dashboard: a route that asks for `SignedIn` is for people who signed in."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from leadengine.accounts import store
from leadengine.accounts.browser import session_token
from leadengine.accounts.roles import may
from leadengine.services import ServicesOf


class NotSignedInError(Exception):
    """Nobody is signed in; the app answers by showing the way to the sign-in page."""


class NotPermittedError(Exception):
    """Somebody is signed in whose role is not enough; the app answers with a page that says so."""

    def __init__(self, person: "Person") -> None:
        super().__init__("not permitted")
        self.person = person


@dataclass(frozen=True)
class Person:
    """Who is looking, and the tenant they belong to."""

    tenant: UUID
    id: UUID
    email: str
    name: str
    role: str

    def may(self, method: str, path: str) -> bool:
        """Whether they may use a route; templates ask before they offer it."""
        return may(self.role, method, path)


async def _person(request: Request, services: ServicesOf) -> Person:
    token = session_token(request)
    tenant = await services.database.tenant_of(services.settings.client_id) if token else None
    if tenant is None:
        raise NotSignedInError
    async with services.database.tenant(tenant) as connection:
        user = await store.session_user(connection, token)
    if user is None:
        raise NotSignedInError
    person = Person(tenant, user.id, user.email, user.name, user.role)
    route = request.scope.get("route")
    if not person.may(request.method, getattr(route, "path", "")):
        raise NotPermittedError(person)
    return person


SignedIn = Annotated[Person, Depends(_person)]
