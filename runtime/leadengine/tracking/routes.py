"""What websites call: the script, and the place its events go to."""

import logging
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from redis.exceptions import RedisError

from leadengine.services import Services, ServicesOf
from leadengine.tracking.accepting import accepted
from leadengine.tracking.agents import agent_of
from leadengine.tracking.drops import Reason, Refused
from leadengine.tracking.envelope import MAX_BODY, Envelope, EnvelopeError, parse
from leadengine.tracking.networks import IpAddress, network_of, parsed
from leadengine.tracking.pipeline import Sender, judge, may_look_up
from leadengine.tracking.pixel import CORS, serve
from leadengine.tracking.queue import Accepted
from leadengine.tracking.visitors import consented_visitor, visitor_of

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
    if services.settings.kind == "hosted" and not request.scope.get("root_path"):
        return serve(request, services.scripts.front())
    return serve(request, services.scripts.pixel(services.preferences.now.privacy))


@router.get("/consent.js")
async def banner(request: Request, services: ServicesOf) -> Response:
    """The question for consent, for websites that do not ask themselves."""
    brand, notice = services.brand, services.preferences.now.privacy.notice
    said = {"name": brand.name, "colour": brand.primary, "onColour": brand.on_primary}
    return serve(request, services.scripts.banner(**said, notice=notice))


@router.options("/v1/events")
async def preflight() -> Response:
    """For senders that insist on a JSON content type."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


@router.post("/v1/events")
async def accept(request: Request, services: ServicesOf) -> Response:
    """202 once Redis has the events; 204 when none of them is to be kept."""
    services.meter.add("api_calls")
    try:
        events = await _taken(request, services)
        if events:
            await services.queue.put(events)
    except Refused as refused:
        await services.drops.count(refused.reason)
        return refuse(refused.status, str(refused))
    except RedisError as error:
        log.warning("events are refused: %s", error)
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "events cannot be kept now; send them again")
    return Response(
        status_code=HTTPStatus.ACCEPTED if events else HTTPStatus.NO_CONTENT, headers=CORS
    )


async def _taken(request: Request, services: Services) -> tuple[Accepted, ...]:
    """What is kept of a request; what is not is counted by its reason."""
    body = await body_of(request)
    if body is None:
        raise Refused(Reason.SIZE, f"the body exceeds {MAX_BODY} bytes")
    try:
        envelope = parse(body)
    except EnvelopeError as error:
        raise Refused(Reason.INVALID, str(error)) from None
    if envelope.client != services.settings.client_id:
        raise Refused(Reason.CLIENT, "client: no such client here")
    chosen = services.preferences.now
    address = parsed(request.client.host if request.client else "")
    network = _network(services, address)
    sender = Sender(request.headers, address, services.finder.is_hosting(network))
    verdict = judge(sender, envelope, chosen)
    for reason, number in verdict.dropped.items():
        await services.drops.count(reason, number)
    if not verdict.kept:
        return ()
    if address and may_look_up(envelope, chosen.privacy):
        services.finder.want(network, address, chosen.privacy.lookups_a_month)
    else:
        network = ""
    visitor = "" if verdict.counted_only else await _visitor(request, services, envelope)
    return accepted(envelope, verdict.kept, visitor, _context(request, envelope, network))


def _network(services: Services, address: IpAddress | None) -> str:
    """The name of a sender's network, where somebody can say what it is; else empty."""
    if address is None or not services.finder.knows_somebody:
        return ""
    secret = services.settings.session_secret.get_secret_value()
    return network_of(secret, address, datetime.now(UTC).date())


def _context(request: Request, envelope: Envelope, network: str) -> dict[str, str]:
    agent = agent_of(request.headers.get("User-Agent", "")[:1000])
    said = {**vars(agent), "locale": envelope.locale, "network": network}
    return {name: value for name, value in said.items() if value}


async def _visitor(request: Request, services: Services, envelope: Envelope) -> str:
    """A browser that agreed is known by its own id, every other one for a day."""
    if envelope.anonymous and envelope.consent.analytics:
        secret = services.settings.session_secret.get_secret_value()
        return consented_visitor(secret, envelope.client, envelope.anonymous)
    return await visitor_in(request, services, envelope.client)


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


def refuse(status: HTTPStatus, message: str) -> JSONResponse:
    """Say no to a website's visitor, whatever site the page is on."""
    return JSONResponse({"error": message}, status_code=status, headers=CORS)
