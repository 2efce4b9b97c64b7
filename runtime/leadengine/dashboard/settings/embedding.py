"""Whose pages may show the dashboard, and the keys of the applications that they belong to."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard.forms import OurForm, RefusedFormError, sentences
from leadengine.dashboard.settings.showing import back, show
from leadengine.embedding import keys
from leadengine.embedding.views import VIEWS
from leadengine.services import Services, ServicesOf
from leadengine.tenants import preferences
from leadengine.tenants.choices import Embedding

router = APIRouter()

_ROLES: dict[keys.GuestRole, str] = {
    "viewer": "looks, and changes nothing",
    "member": "also answers, assigns leads and adds knowledge",
}


@router.get("/settings/embedding")
async def embedding(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The list and the keys."""
    return await _page(request, services, person)


@router.post("/settings/embedding")
async def save(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """Keep another list; frames elsewhere stop within seconds."""
    try:
        chosen = Embedding(origins=tuple(dict.fromkeys(form["origins"].split())))
    except ValidationError as error:
        return await _page(request, services, person, sentences(error), typed=form["origins"])
    async with services.database.tenant(person.tenant) as connection:
        await preferences.keep(connection, person.tenant, chosen, person.email)
    await services.preferences.refresh()
    return back("/settings/embedding")


@router.post("/settings/embedding/keys")
async def make(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """One more key, shown this once."""
    name = form["name"].strip()[:100]
    role = next((known for known in _ROLES if known == form["role"]), None)
    views = [view for view in VIEWS if view in form.all("views")]
    if not name or role is None or not views:
        error = "A key has a name, a role and at least one view."
        return await _page(request, services, person, [error])
    async with services.database.tenant(person.tenant) as connection:
        made = await keys.make(connection, person.tenant, name, role, views)
    if not made:
        error = f"There are {keys.MOST_KEYS} keys; remove one that is not used."
        return await _page(request, services, person, [error])
    return await _page(request, services, person, made=made)


@router.post("/settings/embedding/keys/{key}/remove")
async def remove(services: ServicesOf, person: SignedIn, form: OurForm, key: UUID) -> Response:
    """Forget a key: whoever was let in with it is out with their next click."""
    async with services.database.tenant(person.tenant) as connection:
        if not await keys.remove(connection, key):
            raise RefusedFormError("There is no such key.", HTTPStatus.NOT_FOUND)
    return back("/settings/embedding", "removed")


async def _page(
    request: Request,
    services: Services,
    person: Person,
    errors: list[str] | None = None,
    **given: Any,
) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        found = await keys.every(connection)
    values = {
        "made": "",
        "typed": "\n".join(services.preferences.now.embedding.origins),
        **given,
        "keys": found,
        "roles": _ROLES,
        "views": VIEWS,
        "origin": services.settings.origin,
    }
    return show(request, services, person, "embedding.html", errors or (), **values)
