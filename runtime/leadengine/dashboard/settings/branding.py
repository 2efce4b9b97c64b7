"""Colours, logo and words, seen before they are kept."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard.forms import Fields, OurForm, sentences
from leadengine.dashboard.settings.showing import back, show
from leadengine.services import ServicesOf
from leadengine.tenants import preferences
from leadengine.tenants.choices import Look

router = APIRouter()


@router.get("/settings/branding")
async def branding(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The look as it is, whichever process kept it."""
    await services.preferences.refresh()
    look = services.preferences.now.look
    return show(request, services, person, "branding.html", look=look, shown=services.brand)


@router.post("/settings/branding")
async def save(request: Request, services: ServicesOf, person: SignedIn, form: OurForm) -> Response:
    """Keep another look, or show it without keeping it."""
    try:
        look = _look(form)
    except ValidationError as error:
        now = services.preferences.now.look
        errors, shown = sentences(error), services.brand
        return show(request, services, person, "branding.html", errors, look=now, shown=shown)
    if form["do"] != "save":
        shown = services.own_brand.wearing(look)
        return show(request, services, person, "branding.html", look=look, shown=shown)
    async with services.database.tenant(person.tenant) as connection:
        await preferences.keep(connection, person.tenant, look, person.email)
    await services.preferences.refresh()
    return back("/settings/branding")


def _look(form: Fields) -> Look:
    names = ("name", "primary", "logo", "greeting", "font", "corner")
    return Look.model_validate({name: form[name].strip() for name in names if form[name].strip()})
