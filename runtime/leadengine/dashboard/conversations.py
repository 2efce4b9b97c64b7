"""The pages of what visitors asked, and where a person answers them."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts.browser import is_our_form
from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.concierge import store
from leadengine.dashboard import conversation_queries as queries
from leadengine.dashboard.pages import page
from leadengine.services import Services, ServicesOf

router = APIRouter()

_ROWS = 100
_LONGEST_REPLY = 4000
_STALE = "This form is too old, or from another page. Try again."
_EMPTY = "Write something first."

Field = Annotated[str, Form()]


@router.get("/conversations")
async def conversations(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The latest conversations, and what the month's answers cost."""
    async with services.database.tenant(person.tenant) as connection:
        found = await queries.conversations(connection, _ROWS)
        asked, answered, micros = await queries.month(connection)
    return page(
        request,
        services,
        "conversations.html",
        person=person,
        conversations=found,
        asked=asked,
        answered=answered,
        spent=micros / 1_000_000,
        budget=services.settings.llm_monthly_budget,
        has_model=bool(services.settings.llm_api_key.get_secret_value()),
    )


@router.get("/conversations/{wanted}")
async def conversation(
    request: Request, services: ServicesOf, person: SignedIn, wanted: UUID
) -> Response:
    """What was asked and answered, with the sources, and a field for a person's answer."""
    return await _page(request, services, person, wanted)


@router.post("/conversations/{wanted}")
async def reply(
    request: Request,
    services: ServicesOf,
    person: SignedIn,
    wanted: UUID,
    text: Field = "",
    form: Field = "",
) -> Response:
    """A person answers; the visitor reads it in the widget, or by mail."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return await _page(request, services, person, wanted, error=_STALE)
    said = text.replace("\0", "").strip()[:_LONGEST_REPLY]
    if not said:
        return await _page(request, services, person, wanted, error=_EMPTY)
    async with services.database.tenant(person.tenant) as connection:
        if await store.state_of(connection, wanted) is not None:
            await store.say(connection, person.tenant, wanted, said, person.email)
    return RedirectResponse(f"/conversations/{wanted}", HTTPStatus.SEE_OTHER)


@router.post("/conversations/{wanted}/resolve")
async def resolve(
    request: Request, services: ServicesOf, person: SignedIn, wanted: UUID, form: Field = ""
) -> Response:
    """The person is done; the concierge answers again."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return await _page(request, services, person, wanted, error=_STALE)
    async with services.database.tenant(person.tenant) as connection:
        await store.resolve(connection, wanted)
    return RedirectResponse(f"/conversations/{wanted}", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request, services: Services, person: Person, wanted: UUID, *, error: str = ""
) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        found = await queries.conversation(connection, wanted)
        turns = await queries.turns(connection, wanted)
        messages = await store.messages(connection, wanted)
    if found is None:
        return page(request, services, "no-conversation.html", HTTPStatus.NOT_FOUND, person=person)
    return page(
        request,
        services,
        "conversation.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        person=person,
        conversation=found,
        turns=turns,
        messages=messages,
        error=error,
    )
