"""What visitors may ask for without an account: to complain, and how objections are honoured."""

import asyncio
import logging
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from leadengine.dashboard.forms import OurForm
from leadengine.dashboard.pages import page
from leadengine.leads.contact import contact_from
from leadengine.notifications import mail
from leadengine.privacy import complaints
from leadengine.services import Services, ServicesOf
from leadengine.tracking.pixel import CORS
from leadengine.tracking.routes import address_in, visitor_in

log = logging.getLogger(__name__)

router = APIRouter()

_LONGEST = 4000
_RECEIVED = """Hello,

we have received your complaint about how {name} uses personal data, and will look into it.
Its number is {number}. You will hear from us without undue delay.

What you wrote:

{words}
"""


@router.get("/.well-known/gpc.json")
async def global_privacy_control() -> Response:
    """Says that Global Privacy Control is honoured."""
    return JSONResponse({"gpc": True, "lastUpdate": "2026-11-26"}, headers=CORS)


@router.get("/complaints")
async def show(request: Request, services: ServicesOf, done: str = "") -> Response:
    """The form."""
    return page(request, services, "complaints.html", error="", done=bool(done), email="", words="")


@router.post("/complaints")
async def complain(request: Request, services: ServicesOf, form: OurForm) -> Response:
    """Take a complaint down, and tell its sender so by mail."""
    email, words = form["email"].strip(), form["words"].strip()
    if contact_from({"email": email}) is None:
        return _again(request, services, "This is no address of mail.", email, words)
    if not words or len(words) > _LONGEST:
        return _again(request, services, f"Use 1 to {_LONGEST} characters.", email, words)
    client = services.settings.client_id
    visitor = await visitor_in(request, services, client)
    tenant = await services.database.tenant_of(client)
    if tenant is None or not await services.allowance.take(
        visitor, await address_in(request, services, client)
    ):
        error = "Too many for now. Please try again in a while."
        return _again(request, services, error, email, words, HTTPStatus.TOO_MANY_REQUESTS)
    async with services.database.tenant(tenant) as connection:
        number = await complaints.make(connection, tenant, email, form["name"].strip()[:200], words)
    if await asyncio.to_thread(_acknowledge, services, email, number, words):
        async with services.database.tenant(tenant) as connection:
            await complaints.acknowledge(connection, number)
    return RedirectResponse("/complaints?done=1", HTTPStatus.SEE_OTHER)


def _acknowledge(services: Services, to: str, number: UUID, words: str) -> bool:
    """Whether a mail server took the acknowledgement; else a person has to send one."""
    settings = services.settings
    if not settings.smtp_host:
        return False
    text = _RECEIVED.format(name=services.brand.name, number=number, words=words)
    try:
        mail.send(settings, mail.compose(settings, to, "Your complaint was received", text))
    except mail.MailError as error:
        log.warning("a complaint could not be acknowledged by mail: %s", error)
        return False
    return True


def _again(
    request: Request,
    services: Services,
    error: str,
    email: str,
    words: str,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    values = {"error": error, "done": False, "email": email, "words": words}
    return page(request, services, "complaints.html", status, **values)
