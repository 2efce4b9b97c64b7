"""How the tag gets onto the website, and whether it did."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard.forms import OurForm
from leadengine.dashboard.settings import verifying
from leadengine.dashboard.settings.showing import show
from leadengine.dashboard.snippet import bare_tag, loader
from leadengine.services import Services, ServicesOf

router = APIRouter()


@router.get("/settings")
async def first(person: SignedIn) -> Response:
    """The first page of settings that this person may see."""
    path = "/install" if person.may("GET", "/install") else "/settings/account"
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


@router.get("/install")
async def install(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """Both forms of the snippet, and when an event was last received."""
    values = await _values(services, person.tenant)
    return show(request, services, person, "install.html", **values)


@router.post("/settings/install/verify")
async def verify(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """Load the page as anybody would, look for the tag, and say what was found."""
    settings = services.settings
    checks = await verifying.look_at(
        form["url"].strip(), settings, private=settings.private_webhooks
    )
    values = await _values(services, person.tenant, form["url"].strip())
    checks.append(verifying.of_events(values["last_event"], datetime.now(UTC)))
    return show(request, services, person, "install.html", **{**values, "checks": checks})


async def _values(services: Services, tenant: UUID, url: str = "") -> dict[str, Any]:
    settings = services.settings
    async with services.database.tenant(tenant) as connection:
        last = await verifying.last_event(connection)
        pages = await verifying.last_pages(connection)
    return {
        "tag": bare_tag(settings.script_origin),
        "loader": loader(settings.loader_origin, settings.client_id),
        "client_id": settings.client_id,
        "last_event": last,
        "url": url or next((p for p in pages if urlsplit(p).scheme == "https"), ""),
        "checks": [],
    }
