"""The page of what the concierge knows: files in, files out, and a question to try it."""

import asyncio
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts.browser import is_our_form
from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard import conversation_queries
from leadengine.dashboard.pages import page
from leadengine.knowledge import search, store
from leadengine.knowledge.passages import cut
from leadengine.knowledge.reading import LARGEST, Section, UnreadableError, read
from leadengine.services import Services, ServicesOf

router = APIRouter()

_SHOWN = 5
_STALE = "This form is too old, or from another page. Try again."

Field = Annotated[str, Form()]


@router.get("/knowledge")
async def knowledge(
    request: Request, services: ServicesOf, person: SignedIn, question: str = ""
) -> Response:
    """All documents, what could not be answered, and the passages for a question."""
    return await _page(request, services, person, question=question[:1500].replace("\0", ""))


@router.post("/knowledge")
async def add(
    request: Request, services: ServicesOf, person: SignedIn, file: UploadFile, form: Field = ""
) -> Response:
    """Take a file in, in place of the one with the same name."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return await _page(request, services, person, error=_STALE)
    name = (file.filename or "file").replace("\0", "")[-200:]
    content = await file.read(LARGEST + 1)
    try:
        passages = await asyncio.to_thread(_passages, name, content)
    except UnreadableError as error:
        return await _page(request, services, person, error=str(error))
    async with services.database.tenant(person.tenant) as connection:
        await store.replace(connection, person.tenant, name, passages)
    return RedirectResponse("/knowledge", HTTPStatus.SEE_OTHER)


@router.post("/knowledge/remove")
async def remove(
    request: Request,
    services: ServicesOf,
    person: SignedIn,
    document: Annotated[UUID, Form()],
    form: Field = "",
) -> Response:
    """Forget a document."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return await _page(request, services, person, error=_STALE)
    async with services.database.tenant(person.tenant) as connection:
        await store.remove(connection, document)
    return RedirectResponse("/knowledge", HTTPStatus.SEE_OTHER)


def _passages(name: str, content: bytes) -> list[Section]:
    return list(cut(read(name, content)))


async def _page(
    request: Request, services: Services, person: Person, *, question: str = "", error: str = ""
) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        found: list[search.Found] = []
        if question:
            weights = await search.weights(connection, question)
            found = await search.search(connection, question, weights, _SHOWN)
        documents = await store.documents(connection)
        gaps = await conversation_queries.unanswered(connection)
    return page(
        request,
        services,
        "knowledge.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        person=person,
        documents=documents,
        gaps=gaps,
        question=question,
        found=found,
        enough=search.ENOUGH,
        error=error,
    )
