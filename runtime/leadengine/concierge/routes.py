"""What the widget calls: a question with its answer, a person, and what the person wrote."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from leadengine.concierge import store
from leadengine.concierge.asking import (
    Call,
    News,
    Question,
    RefusedError,
    Rest,
    allowed,
    as_asked,
    is_theirs,
    key_for,
    taken,
)
from leadengine.concierge.handing_over import hand_over
from leadengine.concierge.intent import address_in
from leadengine.concierge.leads import note_lead
from leadengine.services import ServicesOf
from leadengine.tracking.pixel import CORS
from leadengine.tracking.routes import PREFLIGHT, refuse

router = APIRouter()

# nginx would wait until it has a buffer full; and a machine's words are marked as such.
_STREAM = {**CORS, "Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-AI-Generated": "true"}
_UNKNOWN = "conversation: none of yours has this key"


@router.options("/v1/ask")
@router.options("/v1/chat")
@router.options("/v1/chat/rest")
@router.options("/v1/chat/person")
@router.options("/v1/chat/news")
async def preflight() -> Response:
    """For senders that insist on a JSON content type."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


@router.post("/v1/chat")
async def chat(request: Request, services: ServicesOf) -> Response:
    """An answer as it comes, as server-sent events."""
    try:
        tenant, sent = await taken(request, services, Question)
        visitor = await allowed(request, services, sent.client)
    except RefusedError as refused:
        return refused.answer
    asked = as_asked(services, sent, visitor, sent.question)
    conversation = await services.conversations.begin(tenant, asked)
    if email := address_in(sent.question):
        await note_lead(services, visitor, sent.url, email)
    meta = {"conversation": str(conversation), "key": key_for(services, conversation)}
    events = services.conversations.turn(tenant, conversation, sent.question)
    stream = services.broadcast.stream(dict(meta), events)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM)


@router.post("/v1/chat/rest")
async def rest(request: Request, services: ServicesOf) -> Response:
    """The rest of an answer whose line broke."""
    try:
        _, sent = await taken(request, services, Rest)
    except RefusedError as refused:
        return refused.answer
    stream = services.broadcast.rest(sent.answer, sent.after)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM)


@router.post("/v1/ask")
async def ask(request: Request, services: ServicesOf) -> Response:
    """A whole answer at once, marked as a machine's."""
    try:
        tenant, sent = await taken(request, services, Question)
        visitor = await allowed(request, services, sent.client)
    except RefusedError as refused:
        return refused.answer
    asked = as_asked(services, sent, visitor, sent.question)
    conversation = await services.conversations.begin(tenant, asked)
    answer = await services.conversations.whole(tenant, conversation, sent.question)
    said = {
        "conversation": str(conversation),
        "ai": True,
        "answered": answer.answered,
        "text": answer.text,
        "citations": [{"title": one.title, "source": one.source} for one in answer.citations],
    }
    return JSONResponse(said, headers=CORS)


@router.post("/v1/chat/person")
async def person(request: Request, services: ServicesOf) -> Response:
    """A visitor wants a person; the client's people are told."""
    try:
        tenant, sent = await taken(request, services, Call)
        visitor = await allowed(request, services, sent.client)
    except RefusedError as refused:
        return refused.answer
    if sent.email and address_in(sent.email) != sent.email:
        return refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "email: this is no address of mail")
    conversation = await services.conversations.begin(
        tenant, as_asked(services, sent, visitor, sent.message)
    )
    if sent.email:
        await note_lead(services, visitor, sent.url, sent.email, sent.name, sent.message)
    await hand_over(services.settings, services.database, tenant, conversation, sent)
    told = {"conversation": str(conversation), "key": key_for(services, conversation)}
    return JSONResponse(told, HTTPStatus.ACCEPTED, headers=CORS)


@router.post("/v1/chat/news")
async def news(request: Request, services: ServicesOf) -> Response:
    """What a person wrote since, and who answers now."""
    try:
        tenant, sent = await taken(request, services, News)
    except RefusedError as refused:
        return refused.answer
    if not is_theirs(services, sent):
        return refuse(HTTPStatus.NOT_FOUND, _UNKNOWN)
    async with services.database.tenant(tenant) as connection:
        state = await store.state_of(connection, sent.conversation)
        found = await store.news(connection, sent.conversation, sent.after)
    messages = [
        {"number": one.number, "text": one.text, "at": one.said_at.isoformat()} for one in found
    ]
    said = {"state": state.state if state else "bot", "messages": messages}
    return JSONResponse(said, headers={**CORS, "Cache-Control": "no-store"})
