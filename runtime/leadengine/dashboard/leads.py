"""The pages of the people who said who they are."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts.browser import is_our_form
from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import lead_queries
from leadengine.dashboard.lead_queries import Wanted
from leadengine.dashboard.pages import page
from leadengine.dashboard.tables import MOST_ROWS, as_csv
from leadengine.services import ServicesOf

router = APIRouter()

_ROWS = 100


def _wanted(label: str = "", owner: str = "", q: str = "", sort: str = "score") -> Wanted:
    return Wanted(label, owner.replace("\0", ""), q.replace("\0", "").strip()[:100], sort)


WantedLeads = Annotated[Wanted, Depends(_wanted)]


@router.get("/leads")
async def leads(
    request: Request, services: ServicesOf, person: SignedIn, wanted: WantedLeads
) -> Response:
    """Everybody, or those that are wanted; the address says which."""
    async with services.database.tenant(person.tenant) as connection:
        found = await lead_queries.leads(connection, wanted, limit=_ROWS)
        labels = await lead_queries.labels(connection)
        owners = await lead_queries.owners(connection)
    return page(
        request,
        services,
        "leads.html",
        person=person,
        leads=found,
        wanted=wanted,
        labels=labels,
        owners=owners,
        total=sum(labels.values()),
    )


@router.get("/leads.csv")
async def table(services: ServicesOf, person: SignedIn, wanted: WantedLeads) -> Response:
    """The same as a table to keep."""
    async with services.database.tenant(person.tenant) as connection:
        found = await lead_queries.leads(connection, wanted, limit=MOST_ROWS)
    names = ("email", "name", "company", "phone", "label", "fit", "engagement", "owner")
    head = (*names, "first_seen_at", "last_seen_at")
    return as_csv("leads", head, ([getattr(one, name) for name in head] for one in found))


@router.get("/leads/{lead}")
async def lead(request: Request, services: ServicesOf, person: SignedIn, lead: UUID) -> Response:
    """One person: why they are worth a call, and what they did."""
    async with services.database.tenant(person.tenant) as connection:
        found = await lead_queries.lead(connection, lead)
        if found is None:
            return page(request, services, "no-lead.html", HTTPStatus.NOT_FOUND, person=person)
        values: dict[str, Any] = {
            "deeds": await lead_queries.deeds(connection, lead, _ROWS),
            "told": await lead_queries.told(connection, lead),
            "talks": await lead_queries.talks(connection, lead),
            "owners": await lead_queries.owners(connection),
        }
    return page(request, services, "lead.html", person=person, lead=found, **values)


@router.post("/leads/{lead}/owner")
async def give(
    request: Request,
    services: ServicesOf,
    person: SignedIn,
    lead: UUID,
    owner: Annotated[UUID, Form()],
    form: Annotated[str, Form()] = "",
) -> Response:
    """Give a lead to somebody else."""
    secret = services.settings.session_secret.get_secret_value()
    done = False
    if is_our_form(request, secret, form):
        async with services.database.tenant(person.tenant) as connection:
            done = await lead_queries.give(connection, lead, owner)
    if not done:
        return page(request, services, "no-lead.html", HTTPStatus.NOT_FOUND, person=person)
    return RedirectResponse(f"/leads/{lead}", HTTPStatus.SEE_OTHER)
