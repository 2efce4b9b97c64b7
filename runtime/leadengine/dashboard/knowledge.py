"""The page of what the concierge knows: files and websites in and out, and a question to try it."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts.browser import is_our_form
from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.concierge.quoting import quote
from leadengine.dashboard import conversation_queries
from leadengine.dashboard.pages import page
from leadengine.knowledge import intake, sites, store
from leadengine.knowledge.addresses import normal
from leadengine.knowledge.ranking import ENOUGH
from leadengine.knowledge.reading.limits import KINDS, LARGEST
from leadengine.services import Services, ServicesOf

router = APIRouter()

_SHOWN = 6
_STALE = "This form is too old, or from another page. Try again."

Field = Annotated[str, Form()]
Id = Annotated[UUID, Form()]


@router.get("/knowledge")
async def knowledge(
    request: Request, services: ServicesOf, person: SignedIn, question: str = ""
) -> Response:
    """All documents, what is on its way, and the passages for a question."""
    return await _page(request, services, person, question=question[:1500].replace("\0", ""))


@router.post("/knowledge")
async def add(
    request: Request, services: ServicesOf, person: SignedIn, file: UploadFile, form: Field = ""
) -> Response:
    """Queue a file, in place of the one with the same name."""
    if not _is_ours(request, services, form):
        return await _page(request, services, person, error=_STALE)
    name = (file.filename or "file").replace("\0", "")[-200:]
    content = await file.read(LARGEST + 1)
    if problem := _refused(name, content):
        return await _page(request, services, person, error=problem)
    try:
        async with services.database.tenant(person.tenant) as connection:
            await intake.put(connection, person.tenant, intake.Arrival(name, name, content))
    except intake.FullError as error:
        return await _page(request, services, person, error=str(error))
    return _back()


def _refused(name: str, content: bytes) -> str:
    """What can be said at once; the rest is seen when it is read."""
    if not name.lower().endswith(KINDS):
        return f"{name}: give a file that ends in {', '.join(KINDS)}"
    if len(content) > LARGEST:
        return f"{name} is larger than {LARGEST // 1_000_000} MB"
    return "" if content.strip() else f"{name} contains no text"


@router.post("/knowledge/remove")
async def remove(
    request: Request, services: ServicesOf, person: SignedIn, document: Id, form: Field = ""
) -> Response:
    """Forget a document, live or on its way."""
    if not _is_ours(request, services, form):
        return await _page(request, services, person, error=_STALE)
    async with services.database.tenant(person.tenant) as connection:
        await store.remove(connection, document)
        await intake.forget(connection, document)
    return _back()


@router.post("/knowledge/site")
async def add_site(
    request: Request,
    services: ServicesOf,
    person: SignedIn,
    url: Field = "",
    pages: Annotated[int, Form(ge=1, le=sites.MOST_PAGES)] = 100,
    form: Field = "",
) -> Response:
    """Have a website read, now and every day."""
    if not _is_ours(request, services, form):
        return await _page(request, services, person, error=_STALE)
    start = _web_address(url)
    if not start:
        problem = f"{url[:200] or 'An empty field'} is no address of a website"
        return await _page(request, services, person, error=problem)
    async with services.database.tenant(person.tenant) as connection:
        taken = await sites.add(connection, person.tenant, start, pages)
    if not taken:
        problem = f"{sites.MOST_SITES} websites are the most; remove one first"
        return await _page(request, services, person, error=problem)
    return _back()


@router.post("/knowledge/site/again")
async def read_again(
    request: Request, services: ServicesOf, person: SignedIn, site: Id, form: Field = ""
) -> Response:
    """Have a website read once more."""
    if not _is_ours(request, services, form):
        return await _page(request, services, person, error=_STALE)
    async with services.database.tenant(person.tenant) as connection:
        await sites.again(connection, site)
    return _back()


@router.post("/knowledge/site/remove")
async def remove_site(
    request: Request, services: ServicesOf, person: SignedIn, site: Id, form: Field = ""
) -> Response:
    """Forget a website with all its pages."""
    if not _is_ours(request, services, form):
        return await _page(request, services, person, error=_STALE)
    async with services.database.tenant(person.tenant) as connection:
        await sites.remove(connection, site)
    return _back()


def _web_address(text: str) -> str:
    """A website's address in one form; empty when it is none."""
    text = text.strip().replace("\0", "")
    text = text if "://" in text else f"https://{text}"
    try:
        url = normal(text)
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    good = url.startswith(("http://", "https://")) and "." in host and "@" not in url
    return url if good and len(url) <= 1000 and " " not in url else ""


def _is_ours(request: Request, services: Services, form: str) -> bool:
    return is_our_form(request, services.settings.session_secret.get_secret_value(), form)


def _back() -> Response:
    return RedirectResponse("/knowledge", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request, services: Services, person: Person, *, question: str = "", error: str = ""
) -> Response:
    retriever = services.library.retriever
    findings = answer = None
    if question.strip():
        findings = await retriever.search(person.tenant, question, _SHOWN)
        answer = await quote(retriever, findings)
    async with services.database.tenant(person.tenant) as connection:
        documents = await store.documents(connection)
        waiting = await intake.waiting(connection)
        read = await sites.all_of(connection)
        gaps = await conversation_queries.unanswered(connection)
    return page(
        request,
        services,
        "knowledge.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        person=person,
        documents=documents,
        waiting=waiting,
        sites=read,
        gaps=gaps,
        question=question,
        findings=findings,
        answer=answer,
        enough=ENOUGH,
        kinds=KINDS,
        error=error,
    )
