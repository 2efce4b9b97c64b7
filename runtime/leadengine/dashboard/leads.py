"""The pages of the people who said who they are."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import lead_queries
from leadengine.dashboard.pages import page
from leadengine.services import ServicesOf

router = APIRouter()

_ROWS = 100


@router.get("/leads")
async def leads(
    request: Request, services: ServicesOf, person: SignedIn, sort: str = "score"
) -> Response:
    """Everybody, the most promising or the most recent first."""
    by_score = sort != "recent"
    async with services.database.tenant(person.tenant) as connection:
        found = await lead_queries.leads(connection, by_score=by_score, limit=_ROWS)
    return page(request, services, "leads.html", person=person, leads=found, by_score=by_score)


@router.get("/leads/{lead}")
async def lead(request: Request, services: ServicesOf, person: SignedIn, lead: UUID) -> Response:
    """One person: why they are worth a call, and what they did."""
    async with services.database.tenant(person.tenant) as connection:
        found = await lead_queries.lead(connection, lead)
        deeds = await lead_queries.deeds(connection, lead, _ROWS)
        told = await lead_queries.told(connection, lead)
    if found is None:
        return page(request, services, "no-lead.html", HTTPStatus.NOT_FOUND, person=person)
    return page(request, services, "lead.html", person=person, lead=found, deeds=deeds, told=told)
