"""Who is asked, what is kept for how long, and the proof of both."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard import privacy_queries
from leadengine.dashboard.forms import Fields, OurForm, sentences
from leadengine.dashboard.settings.showing import back, show
from leadengine.dashboard.tables import MOST_ROWS, as_csv
from leadengine.services import Services, ServicesOf
from leadengine.tenants import preferences
from leadengine.tenants.choices import Privacy, Site

router = APIRouter()

MODES = {
    "auto": "Ask visitors in the United Kingdom and the European Union; count others",
    "strict": "Ask everybody first",
    "statistical": "Ask nobody, and keep numbers only: no visits, no companies, no leads by tracking",
    "open": "My website asks by itself, and tells LeadEngine what visitors said",
}
COMPANIES = {
    "marketing": "for visitors who agree to marketing",
    "interest": "unless they refuse (legitimate interest; keep your assessment)",
    "off": "never",
}


@router.get("/settings/privacy")
async def privacy(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The choices, and what was kept and deleted by them."""
    await services.preferences.refresh()
    chosen = services.preferences.now
    return await _page(request, services, person, chosen.privacy, chosen.site)


@router.post("/settings/privacy")
async def save(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """Keep other choices; scripts on websites follow within minutes."""
    now = services.preferences.now
    try:
        wanted, site = _privacy(form), Site(hosts=tuple(form["hosts"].split()))
    except ValidationError as error:
        return await _page(request, services, person, now.privacy, now.site, sentences(error))
    async with services.database.tenant(person.tenant) as connection:
        for group in (wanted, site):
            await preferences.keep(connection, person.tenant, group, person.email)
    await services.preferences.refresh()
    return back("/settings/privacy")


@router.get("/settings/privacy/consents.csv")
async def ledger(services: ServicesOf, person: SignedIn) -> Response:
    """Who agreed to what, when, on which page, and to which words."""
    async with services.database.tenant(person.tenant) as connection:
        found = await privacy_queries.consents(connection, MOST_ROWS)
    head = ("at", "visitor", "analytics", "marketing", "wording", "source", "page")
    return as_csv("consents", head, ([getattr(one, name) for name in head] for one in found))


async def _page(
    request: Request,
    services: Services,
    person: Person,
    privacy: Privacy,
    site: Site,
    errors: list[str] | None = None,
) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        values: dict[str, Any] = {
            "consents": await privacy_queries.consents(connection, 10),
            "rate": await privacy_queries.consent_rate(connection),
            "runs": await privacy_queries.last_runs(connection),
        }
    values |= {"privacy": privacy, "site": site, "modes": MODES, "companies": COMPANIES}
    values |= {"looks_up": services.finder.knows_somebody}
    return show(request, services, person, "privacy.html", errors or (), **values)


def _privacy(form: Fields) -> Privacy:
    kept = {name: form[name] for name in ("events", "visits", "conversations", "leads")}
    names = ("mode", "notice", "companies", "lookups_a_month")
    boxes = {name: form.on(name) for name in ("banner", "do_not_track")}
    given = {name: form[name].strip() for name in names}
    return Privacy.model_validate({**given, **boxes, "retention": kept})
