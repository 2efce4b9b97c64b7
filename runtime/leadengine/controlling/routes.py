"""The internal API: for whoever stands inside the stack's own network; the gateway forwards none of it."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from leadengine import health
from leadengine.accounts import team
from leadengine.controlling import pausing, tenants
from leadengine.controlling.metrics import metrics
from leadengine.controlling.usage import span_of, usage
from leadengine.database import Connection
from leadengine.services import Services, ServicesOf


def _inside(request: Request) -> None:
    """Whoever came through a proxy came from outside, however the proxy is configured."""
    if {"x-forwarded-for", "x-forwarded-proto", "forwarded"} & set(request.headers):
        raise HTTPException(404)


Inside = Depends(_inside)
"""What a router for those inside the stack depends on."""

router = APIRouter(dependencies=[Inside])

Client = Annotated[str, Query(max_length=24)]


@router.get("/metrics")
async def prometheus(services: ServicesOf) -> Response:
    """Numbers for Prometheus."""
    return PlainTextResponse(await metrics(services), media_type="text/plain; version=0.0.4")


@router.get("/internal/readiness")
async def readiness(services: ServicesOf) -> Response:
    """What `/readyz` says, with how far the worker is behind."""
    answer = await health.readyz(services)
    said = bytes(answer.body).decode().split("\n")
    backlog = await services.queue.backlog()
    body = {
        "ready": answer.status_code == 200,
        "reasons": [line for line in said if line and line != "ready"],
        "pending_events": backlog.entries,
        "worker_paused_seconds": await pausing.seconds_left(services.redis),
    }
    return JSONResponse(body, answer.status_code)


@router.get("/internal/tenants")
async def all_tenants(services: ServicesOf) -> list[dict[str, object]]:
    """The clients of this stack."""
    return [one.as_json() for one in await tenants.tenants(services.database)]


@router.get("/internal/users")
async def users(services: ServicesOf, client: Client = "") -> list[dict[str, object]]:
    """The people of a client; without one, of the stack's own."""
    async with await _of(services, client) as connection:
        found = await team.members(connection)
    return [
        {"email": one.email, "name": one.name, "role": one.role, "code": bool(one.totp_since)}
        for one in found
    ]


@router.get("/internal/usage")
async def used(
    services: ServicesOf, client: Client = "", since: str = "", until: str = ""
) -> dict[str, object]:
    """What a client used; without days, this month so far."""
    try:
        span = span_of(since, until, datetime.now(UTC).date())
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    await services.meter.flush()
    async with await _of(services, client) as connection:
        return (await usage(connection, *span)).as_json()


@router.post("/internal/worker/pause")
async def pause(
    services: ServicesOf, seconds: Annotated[int, Query(ge=1, le=pausing.LONGEST_SECONDS)] = 300
) -> dict[str, int]:
    """Let the worker rest; it works again by itself when the time is over."""
    await pausing.pause(services.redis, seconds)
    return {"paused_seconds": await pausing.seconds_left(services.redis)}


@router.post("/internal/worker/resume")
async def resume(services: ServicesOf) -> dict[str, int]:
    """Let the worker work again."""
    await pausing.resume(services.redis)
    return {"paused_seconds": 0}


async def _of(services: Services, client: str) -> AbstractAsyncContextManager[Connection]:
    tenant = await services.database.tenant_of(client or services.settings.client_id)
    if tenant is None:
        raise HTTPException(404, "there is no such client")
    return services.database.tenant(tenant)
