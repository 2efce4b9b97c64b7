"""Who may sign in, and as what."""

import asyncio
from datetime import time
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from leadengine.accounts import team as accounts
from leadengine.accounts.roles import ROLES
from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard.forms import Fields, OurForm, RefusedFormError, sentences
from leadengine.dashboard.settings.showing import back, show
from leadengine.leads.contact import contact_from
from leadengine.leads.routing import Hours
from leadengine.notifications import mail
from leadengine.services import Services, ServicesOf

router = APIRouter()

_INVITATION = """Hello,

{who} invites you to the LeadEngine dashboard of {name}: {origin}

Choose your own password here:
{origin}/set-password#{token}

The link works once, for 72 hours. If its page asks for a code, it is this one:
{token}
"""
_LAST = "Nothing was changed: somebody has to be administrator."
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@router.get("/settings/team")
async def team(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """Everybody."""
    return await _page(request, services, person)


@router.post("/settings/team")
async def invite(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """One more, who chooses a password by a one-time link."""
    email, role = form["email"].strip(), form["role"]
    if contact_from({"email": email}) is None or role not in ROLES:
        return await _page(request, services, person, ["This is no address of mail."])
    async with services.database.tenant(person.tenant) as connection:
        name = form["name"].strip()[:200]
        token = await accounts.invite(connection, person.tenant, email, name, role)
    if token is None:
        return await _page(request, services, person, [f"{email} is on the team already."])
    return await _sent(request, services, person, email, token)


@router.post("/settings/team/{user}")
async def change(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm, user: UUID
) -> Response:
    """Another role, other hours, a new link, no code any more, or off the team."""
    if form["do"] == "link":
        return await _new_link(request, services, person, user)
    try:
        hours = _hours(form)
    except ValidationError as error:
        return await _page(request, services, person, sentences(error))
    if form["role"] not in ROLES and form["do"] == "save":
        raise RefusedFormError("There is no such role.", HTTPStatus.UNPROCESSABLE_ENTITY)
    async with services.database.tenant(person.tenant) as connection:
        if form["do"] == "remove":
            done = user != person.id and await accounts.remove(connection, user)
        elif form["do"] == "code":
            done = await accounts.forget_code(connection, user)
        else:
            values = (form["role"], form.on("takes_leads"), hours.model_dump(mode="json"))
            done = await accounts.change(connection, user, *values)
    if not done:
        return await _page(request, services, person, [_LAST])
    return back("/settings/team", "removed" if form["do"] == "remove" else "saved")


async def _new_link(request: Request, services: Services, person: Person, user: UUID) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        made = await accounts.new_link(connection, person.tenant, user)
    if made is None:
        raise RefusedFormError("There is nobody of this id.", HTTPStatus.NOT_FOUND)
    return await _sent(request, services, person, *made)


async def _sent(
    request: Request, services: Services, person: Person, email: str, token: str
) -> Response:
    """The link by mail; where no mail leaves, it is shown once to whoever invites."""
    link = f"{services.settings.origin}/set-password#{token}"
    problem = await asyncio.to_thread(_mail, services, person, email, token)
    if not problem:
        return back("/settings/team", "invited")
    return await _page(request, services, person, one_time=link, invited=email, problem=problem)


def _mail(services: Services, person: Person, to: str, token: str) -> str:
    """What went wrong; empty when a server took it."""
    settings = services.settings
    if not settings.smtp_host:
        return "no mail server is configured"
    name = services.brand.name
    values = {"name": name, "origin": settings.origin, "token": token}
    text = _INVITATION.format(who=person.name or person.email, **values)
    try:
        subject = f"Your LeadEngine dashboard for {name}"
        mail.send(settings, mail.compose(settings, to, subject, text))
    except mail.MailError as error:
        return str(error)
    return ""


def _hours(form: Fields) -> Hours:
    days = tuple(int(day) for day in form.all("days") if day in "0123456" and day)
    begin, end = form["begin"] or time(9), form["end"] or time(17, 30)
    zone = form["zone"].strip() or "Europe/London"
    return Hours.model_validate({"zone": zone, "days": days, "begin": begin, "end": end})


async def _page(
    request: Request,
    services: Services,
    person: Person,
    errors: list[str] | None = None,
    **given: Any,
) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        found = await accounts.members(connection)
    hours = {member.id: Hours.model_validate(member.hours) for member in found}
    values = {
        "one_time": "",
        "invited": "",
        "problem": "",
        **given,
        "members": found,
        "hours": hours,
    }
    return show(
        request, services, person, "team.html", errors or (), roles=ROLES, days=DAYS, **values
    )
