"""What websites call: the script, and the place its events go to."""

import logging
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from redis.exceptions import RedisError

from leadengine.services import Services, ServicesOf
from leadengine.tracking.drops import Reason, Refused, unwanted
from leadengine.tracking.envelope import (
    MAX_BODY,
    Envelope,
    EnvelopeError,
    occurred_at,
    parse,
)
from leadengine.tracking.pixel import CORS, serve
from leadengine.tracking.queue import Accepted
from leadengine.tracking.visitors import visitor_of

log = logging.getLogger(__name__)

router = APIRouter()

PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


@router.get("/pixel.js")
async def pixel(request: Request, services: ServicesOf) -> Response:
    """The loader's script, the same for every form of the snippet."""
    return serve(request, services.pixel)


@router.options("/v1/events")
async def preflight() -> Response:
    """For senders that insist on a JSON content type."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


@router.post("/v1/events")
async def accept(request: Request, services: ServicesOf) -> Response:
    """202 once Redis has the events; 204, and nothing kept, for robots and visitors who object."""
    try:
        envelope = await _taken(request, services)
        if envelope is not None:
            await services.queue.put(await _accepted(request, services, envelope))
    except Refused as refused:
        await services.drops.count(refused.reason)
        return refuse(refused.status, str(refused))
    except RedisError as error:
        log.warning("events are refused: %s", error)
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "events cannot be kept now; send them again")
    status = HTTPStatus.ACCEPTED if envelope else HTTPStatus.NO_CONTENT
    return Response(status_code=status, headers=CORS)


async def _taken(request: Request, services: Services) -> Envelope | None:
    """What was sent; None, and counted, when its sender is not to be kept."""
    body = await body_of(request)
    if body is None:
        raise Refused(Reason.SIZE, f"the body exceeds {MAX_BODY} bytes")
    try:
        envelope = parse(body)
    except EnvelopeError as error:
        raise Refused(Reason.INVALID, str(error)) from None
    if envelope.client != services.settings.client_id:
        raise Refused(Reason.CLIENT, "client: no such client here")
    reason = unwanted(request.headers)
    if reason is None:
        return envelope
    await services.drops.count(reason, len(envelope.events))
    return None


async def body_of(request: Request) -> bytes | None:
    """A request's body; None when it is too large."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > MAX_BODY:
            return None
    return bytes(chunks)


async def address_in(request: Request, services: Services, client: str) -> str:
    """Where a request comes from, by today's name for it, whatever browser it claims to be."""
    salt = await services.salt.of(datetime.now(UTC).date())
    return visitor_of(salt, client, request.client.host if request.client else "", "")


async def visitor_in(request: Request, services: Services, client: str) -> str:
    """Who sends a request, by today's name for them."""
    return visitor_of(
        await services.salt.of(datetime.now(UTC).date()),
        client,
        request.client.host if request.client else "",
        request.headers.get("User-Agent", ""),
    )


async def _accepted(
    request: Request, services: Services, envelope: Envelope
) -> tuple[Accepted, ...]:
    received = datetime.now(UTC)
    visitor = await visitor_in(request, services, envelope.client)
    return tuple(
        Accepted(
            client=envelope.client,
            message_id=event.message_id,
            type=event.type,
            occurred_at=occurred_at(event, envelope, received),
            received_at=received,
            visitor=visitor,
            url=event.url,
            title=event.title,
            referrer=event.referrer,
            name=event.name,
            properties=event.properties,
        )
        for event in envelope.events
    )


def refuse(status: HTTPStatus, message: str) -> JSONResponse:
    """Say no to a website's visitor, whatever site the page is on."""
    return JSONResponse({"error": message}, status_code=status, headers=CORS)
