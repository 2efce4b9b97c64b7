"""One client: how it is, what runs, what it used, what was done to it, how it is set up."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.operations.billing.show import read_bill
from leadengine_ctl.operations.reads import read_logs, read_status
from leadengine_ctl.operations.seeing import see
from leadengine_ctl.panel.clients import history, pictures, settings
from leadengine_ctl.panel.clients.costing import costs_of
from leadengine_ctl.panel.doing import takes_two
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.fleet.routes import newest_release
from leadengine_ctl.panel.pages import page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)

SERVICES = ("nginx", "api-blue", "api-green", "worker", "db", "redis", "chromadb")
_EVENTS = 30


@router.get("/clients/{client}")
def client(request: Request, desk: DeskOf, visitor: Signed, client: str) -> Response:
    """Everything about a client on one page."""
    store = desk.world.store
    record = store.clients.get(client)
    row = desk.index.row(client)
    return page(
        request,
        "clients/client.html",
        record=record,
        row=row,
        newest=newest_release(desk.world),
        busy=store.jobs.open_for(client),
        charts=pictures.usage(store.reports, client),
        strip=pictures.health_strip(store.reports, record.host),
        history=history.of(store, client),
        events=list(reversed(store.reports.events(client=client, limit=_EVENTS))),
        points=[
            each
            for each in reversed(store.reports.events(client=client, limit=500))
            if each.kind == "backup"
        ][:10],
        settings=settings.fields(record),
        costs=costs_of(desk.world, record),
        two_persons=takes_two(desk.world, "destroy"),
        bill=read_bill(desk.world, client),
        may_have_backups=pictures.has_backups(row),
    )


@router.get("/clients/{client}/services")
def services(request: Request, desk: DeskOf, visitor: Signed, client: str) -> Response:
    """What its host answers right now."""
    (status,) = read_status(desk.world_of(visitor), client)
    return page(request, "clients/services.html", answer=status)


@router.get("/clients/{client}/dns")
def dns(request: Request, desk: DeskOf, visitor: Signed, client: str) -> Response:
    """Where several resolvers see its domain lead right now."""
    return page(request, "clients/dns.html", sight=see(desk.world_of(visitor), client))


@router.get("/clients/{client}/generations")
def generations(request: Request, desk: DeskOf, visitor: Signed, client: str) -> Response:
    """What it can be brought back to, as its host says right now."""
    (status,) = read_status(desk.world_of(visitor), client)
    return page(request, "clients/generations.html", client=client, answer=status)


@router.get("/clients/{client}/logs")
def logs(
    request: Request,
    desk: DeskOf,
    visitor: Signed,
    client: str,
    service: str = "",
    lines: Annotated[int, Query(ge=1, le=2000)] = 200,
) -> Response:
    """The last lines of its services."""
    record = desk.world.store.clients.get(client)
    problem = ""
    found: tuple[str, ...] = ()
    try:
        wanted = service if service in SERVICES else None
        found = read_logs(desk.world_of(visitor), client, wanted, lines)
    except LeadEngineError as error:
        problem = f"{error.what}. {error.why}"
    return page(
        request,
        "clients/logs.html",
        record=record,
        service=service,
        lines=lines,
        services=SERVICES,
        found=found,
        problem=problem,
    )
