"""Which other systems are told of leads."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard.forms import OurForm, RefusedFormError
from leadengine.dashboard.settings.showing import back, show
from leadengine.outbound import OutboundError, resolve
from leadengine.services import Services, ServicesOf
from leadengine.webhooks import store
from leadengine.webhooks.signing import secret_of

router = APIRouter()

_LONGEST = 500


@router.get("/settings/webhooks")
async def webhooks(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """All of them, each with its latest deliveries."""
    return await _page(request, services, person)


@router.post("/settings/webhooks")
async def add(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """One more, if its address leads to the outside."""
    url = form["url"].strip()[:_LONGEST]
    try:
        await resolve(url, private=services.settings.private_webhooks)
    except OutboundError as error:
        return await _page(request, services, person, f"This address is not taken: {error}.")
    async with services.database.tenant(person.tenant) as connection:
        await store.add(connection, person.tenant, url)
    return back("/settings/webhooks")


@router.post("/settings/webhooks/{webhook}/remove")
async def remove(services: ServicesOf, person: SignedIn, form: OurForm, webhook: UUID) -> Response:
    """Forget one, with its deliveries."""
    async with services.database.tenant(person.tenant) as connection:
        if not await store.remove(connection, webhook):
            raise RefusedFormError("There is no such webhook.", HTTPStatus.NOT_FOUND)
    return back("/settings/webhooks", "removed")


@router.post("/settings/webhooks/{webhook}/test")
async def test(services: ServicesOf, person: SignedIn, form: OurForm, webhook: UUID) -> Response:
    """Send something harmless."""
    async with services.database.tenant(person.tenant) as connection:
        if not await store.test(connection, person.tenant, webhook):
            raise RefusedFormError("There is no such webhook.", HTTPStatus.NOT_FOUND)
    return back("/settings/webhooks", "sent")


async def _page(request: Request, services: Services, person: Person, error: str = "") -> Response:
    secret = services.settings.session_secret.get_secret_value()
    async with services.database.tenant(person.tenant) as connection:
        hooks = await store.webhooks(connection)
        found = [
            (hook, secret_of(secret, hook.nonce), await store.log(connection, hook.id))
            for hook in hooks
        ]
    errors = [error] if error else []
    return show(request, services, person, "webhooks.html", errors, webhooks=found)
