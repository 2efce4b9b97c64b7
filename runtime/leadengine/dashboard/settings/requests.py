"""What persons ask for: to see or to have deleted what is kept of them, and complaints."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard.forms import OurForm, RefusedFormError
from leadengine.dashboard.settings.showing import back, show
from leadengine.leads.contact import contact_from
from leadengine.privacy import complaints, people
from leadengine.privacy.erasing import Eraser
from leadengine.privacy.mentions import is_address
from leadengine.services import Services, ServicesOf

router = APIRouter()

_PATH = "/settings/requests"


@router.get(_PATH)
async def requests(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The search for a person, and the complaints."""
    return await _page(request, services, person)


@router.post(f"{_PATH}/find")
async def find(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """What is kept of somebody, in numbers."""
    email = form["email"].strip()
    if contact_from({"email": email}) is None:
        return await _page(request, services, person, errors=["This is no address of mail."])
    async with services.database.tenant(person.tenant) as connection:
        found = await people.export(connection, await people.find(connection, email))
    counts = {table: len(rows) for table, rows in found.items()}
    return await _page(request, services, person, email=email, found=counts)


@router.post(f"{_PATH}/export")
async def export(services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """All that is kept of somebody, as a file to hand over."""
    if not is_address(form["email"]):
        raise RefusedFormError("This is no address of mail.")
    async with services.database.tenant(person.tenant) as connection:
        who = await people.find(connection, form["email"])
        found = await people.export(connection, who)
    said = {"person": who.email, "exported_at": datetime.now(UTC), "data": found}
    text = json.dumps(said, default=str, indent=2, ensure_ascii=False)
    headers = {
        "Content-Disposition": 'attachment; filename="person.json"',
        "Cache-Control": "no-store",
    }
    return Response(text, media_type="application/json", headers=headers)


@router.post(f"{_PATH}/erase")
async def erase(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """Forget somebody; who asks for it types the address once more."""
    email = form["email"].strip()
    if form["again"].strip().lower() != email.lower() or not email:
        error = "The two addresses are not the same. Nothing was deleted."
        return await _page(request, services, person, email=email, errors=[error])
    if not is_address(email):
        return await _page(request, services, person, errors=["This is no address of mail."])
    eraser = Eraser(services.database, services.redis, services.settings)
    try:
        erased = await eraser.erase(person.tenant, email, person.email)
    except httpx.HTTPError:
        error = "The vectors could not be looked at, so not everything is deleted yet. Try again."
        return await _page(request, services, person, email=email, errors=[error])
    return await _page(request, services, person, erased=erased)


@router.post(f"{_PATH}/complaints/{{complaint}}")
async def answer(
    services: ServicesOf, person: SignedIn, form: OurForm, complaint: UUID
) -> Response:
    """Note that a complaint was acknowledged, or what came of it."""
    outcome = form["outcome"].strip()[:4000]
    async with services.database.tenant(person.tenant) as connection:
        if outcome:
            done = await complaints.close(connection, complaint, outcome)
        else:
            done = await complaints.acknowledge(connection, complaint)
    if not done:
        raise RefusedFormError("There is no such complaint.", HTTPStatus.NOT_FOUND)
    return back(_PATH, "acknowledged")


async def _page(request: Request, services: Services, person: Person, **given: Any) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        listed = await complaints.complaints(connection)
    values = {"email": "", "found": None, "erased": None, **given}
    errors = values.pop("errors", ())
    values |= {"complaints": listed, "now": datetime.now(UTC)}
    values |= {"public_form": f"{services.settings.origin}/complaints"}
    return show(request, services, person, "requests.html", errors, **values)
