"""The pages of what visitors asked."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import conversation_queries as queries
from leadengine.dashboard.pages import page
from leadengine.services import ServicesOf

router = APIRouter()

_ROWS = 100


@router.get("/conversations")
async def conversations(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The latest conversations."""
    async with services.database.tenant(person.tenant) as connection:
        found = await queries.conversations(connection, _ROWS)
    return page(request, services, "conversations.html", person=person, conversations=found)


@router.get("/conversations/{wanted}")
async def conversation(
    request: Request, services: ServicesOf, person: SignedIn, wanted: UUID
) -> Response:
    """What was asked and answered, with the sources."""
    async with services.database.tenant(person.tenant) as connection:
        found = await queries.conversation(connection, wanted)
        turns = await queries.turns(connection, wanted)
    if found is None:
        return page(request, services, "no-conversation.html", HTTPStatus.NOT_FOUND, person=person)
    return page(
        request, services, "conversation.html", person=person, conversation=found, turns=turns
    )
