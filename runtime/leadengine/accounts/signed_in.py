"""The door of the dashboard: a route that asks for `SignedIn` is for people who signed in."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from leadengine.accounts import store
from leadengine.accounts.browser import session_token
from leadengine.services import ServicesOf


class NotSignedInError(Exception):
    """Nobody is signed in; the app answers by showing the way to the sign-in page."""


@dataclass(frozen=True)
class Person:
    """Who is looking, and the tenant they belong to."""

    tenant: UUID
    email: str


async def _person(request: Request, services: ServicesOf) -> Person:
    token = session_token(request)
    tenant = await services.database.tenant_of(services.settings.client_id) if token else None
    if tenant is None:
        raise NotSignedInError
    async with services.database.tenant(tenant) as connection:
        user = await store.session_user(connection, token)
    if user is None:
        raise NotSignedInError
    return Person(tenant, user.email)


SignedIn = Annotated[Person, Depends(_person)]
