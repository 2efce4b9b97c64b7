"""The rules of a score: changed here, tried on the last 90 days, and only then published."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard.forms import Fields, OurForm, sentences
from leadengine.dashboard.settings.showing import back, show
from leadengine.leads import models
from leadengine.leads.rules import DEFAULT, KINDS, Rule, Rules
from leadengine.services import ServicesOf

router = APIRouter()

_EMPTY_ROWS = 2
_RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(Rules)


@router.get("/settings/scoring")
async def scoring(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The rules that count now."""
    async with services.database.tenant(person.tenant) as connection:
        model = await models.current(connection)
    values: dict[str, Any] = {"rules": model.rules, "version": model.version, "trial": None}
    return show(request, services, person, "scoring.html", kinds=KINDS, empty=_EMPTY_ROWS, **values)


@router.post("/settings/scoring")
async def change(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """Try other rules on the leads that are there, or publish them."""
    async with services.database.tenant(person.tenant) as connection:
        model = await models.current(connection)
    values: dict[str, Any] = {"kinds": KINDS, "empty": _EMPTY_ROWS, "version": model.version}
    try:
        rules = DEFAULT.rules if form["do"] == "reset" else _RULES.validate_python(_rows(form))
    except ValidationError as error:
        values |= {"rules": model.rules, "trial": None}
        return show(request, services, person, "scoring.html", sentences(error), **values)
    if form["do"] == "publish":
        async with services.database.tenant(person.tenant) as connection:
            await models.publish(connection, person.tenant, rules, person.email)
        return back("/settings/scoring", "published")
    async with services.database.tenant(person.tenant) as connection:
        trial = await models.try_out(connection, rules)
    values |= {"rules": rules, "trial": trial}
    return show(request, services, person, "scoring.html", **values)


def _rows(form: Fields) -> list[dict[str, str]]:
    """The rules as they were typed; one without words is left out."""
    names = ("axis", "kind", "what", "points", "most", "words")
    columns = [form.all(name) for name in names]
    rows = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False))
    return [{**row, "most": row["most"] or "100"} for row in rows if row["words"].strip()]
