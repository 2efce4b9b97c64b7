"""To whom leads go."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import lead_queries
from leadengine.dashboard.forms import Fields, OurForm, sentences
from leadengine.dashboard.settings.showing import back, show
from leadengine.services import ServicesOf
from leadengine.tenants import preferences
from leadengine.tenants.choices import Routing
from leadengine.tenants.preferences import Chosen

router = APIRouter()

_EMPTY_ROWS = 2


@router.get("/settings/routing")
async def routing(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The rules as they are."""
    async with services.database.tenant(person.tenant) as connection:
        chosen = await Chosen.read(connection)
        owners = await lead_queries.owners(connection)
    values: dict[str, Any] = {"routing": chosen.routing, "owners": owners, "empty": _EMPTY_ROWS}
    return show(request, services, person, "routing.html", **values)


@router.post("/settings/routing")
async def save(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """Keep other rules; those without a text are left out."""
    async with services.database.tenant(person.tenant) as connection:
        owners = await lead_queries.owners(connection)
        chosen = await Chosen.read(connection)
    try:
        wanted = _routing(form, {str(owner) for owner, _ in owners})
    except ValidationError as error:
        values: dict[str, Any] = {"routing": chosen.routing, "owners": owners}
        values["empty"] = _EMPTY_ROWS
        return show(request, services, person, "routing.html", sentences(error), **values)
    async with services.database.tenant(person.tenant) as connection:
        await preferences.keep(connection, person.tenant, wanted, person.email)
    return back("/settings/routing")


def _routing(form: Fields, owners: set[str]) -> Routing:
    rows = zip(form.all("field"), form.all("text"), form.all("owner"), strict=False)
    rules = [
        {"field": field, "text": text, "owner": owner}
        for field, text, owner in rows
        if text.strip() and owner in owners
    ]
    given = {"rules": rules, "within_hours": form.on("within_hours")}
    return Routing.model_validate({**given, "otherwise": form["otherwise"] or "turns"})
