"""Clients and hosts."""

import time
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from leadengine_ctl.fleet.panel_records import ApprovalRecord
from leadengine_ctl.operations.configuring import read_config, split_words
from leadengine_ctl.operations.reads import read_logs, read_status
from leadengine_ctl.operations.seeing import see
from leadengine_ctl.panel import doing
from leadengine_ctl.panel.api.models import (
    Asked,
    ClientAnswer,
    ClientDetail,
    Clients,
    CostAnswer,
    DestroyWanted,
    DnsAnswer,
    HostAnswer,
    Hosts,
    LogLines,
    RollbackWanted,
    SettingsWanted,
)
from leadengine_ctl.panel.clients.costing import costs_of
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.fleet.index import Row
from leadengine_ctl.panel.fleet.view import View
from leadengine_ctl.panel.request import DeskOf
from leadengine_ctl.planning.health import silence

router = APIRouter(tags=["clients"])


@router.get("/clients")
def clients(
    desk: DeskOf,
    visitor: Signed,
    view: Annotated[View, Query()],
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Clients:
    """Every client the person may see, in the same views as the fleet page."""
    now = time.time()
    rows = [each for each in desk.index.rows(visitor.scope) if view.shows(each, now)]
    found = view.ordered([each for each in rows if view.health in {"", each.health.value}])
    start = (view.page - 1) * limit
    return Clients(
        clients=tuple(answer_of(each) for each in found[start : start + limit]), total=len(found)
    )


@router.get("/clients/{client}")
def client(desk: DeskOf, visitor: Signed, client: str, live: bool = False) -> ClientDetail:
    """One client; with `live`, its host is asked right now."""
    record, row = desk.world.store.clients.get(client), desk.index.row(client)
    row = row or desk.index.fresh_row(client)
    status = read_status(desk.world_of(visitor), client)[0] if live else None
    return ClientDetail(
        client=answer_of(row),
        config=read_config(record),
        costs=CostAnswer(**asdict(costs_of(desk.world, record))),
        stack=status.stack if status else None,
        problem=status.problem if status else "",
    )


@router.get("/clients/{client}/dns")
def dns(desk: DeskOf, visitor: Signed, client: str) -> DnsAnswer:
    """Where several resolvers see a client's domain lead right now, and whether it may be certified."""
    sight = see(desk.world_of(visitor), client)
    return DnsAnswer(
        domain=sight.domain,
        is_right=sight.is_right,
        wanted=tuple(f"{each.kind} {each.value}" for each in sight.wanted),
        seen={str(each.resolver): each.found for each in sight.seen},
        silent={str(each.resolver): each.silent for each in sight.seen if each.silent},
        forbidden_by=sight.forbidden_by,
    )


@router.get("/clients/{client}/logs")
def logs(
    desk: DeskOf,
    visitor: Signed,
    client: str,
    service: str | None = None,
    lines: Annotated[int, Query(ge=1, le=2000)] = 200,
) -> LogLines:
    """The last lines of a client's services."""
    return LogLines(lines=read_logs(desk.world_of(visitor), client, service, lines))


@router.post("/clients/{client}/rollback", status_code=202)
def rollback(desk: DeskOf, visitor: Signed, client: str, wanted: RollbackWanted) -> Asked:
    """Bring the generation before back, or an earlier one."""
    job = doing.roll_back(desk.world_of(visitor), client, wanted.to)
    return Asked(operation=job.id)


@router.post("/clients/{client}/settings", status_code=202)
def settings(desk: DeskOf, visitor: Signed, client: str, wanted: SettingsWanted) -> Asked:
    """Set what is set for one client."""
    world = desk.world_of(visitor)
    world.store.clients.get(client)
    changes, _ = split_words(f"{key}={value}" for key, value in wanted.settings.items())
    return Asked(rollout=doing.configure(world, client, changes) or "")


@router.post("/clients/{client}/destroy", status_code=202)
def destroy(desk: DeskOf, visitor: Signed, client: str, wanted: DestroyWanted) -> Asked:
    """Remove a client with all its data; a second person may have to agree."""
    asked = doing.destroy(desk.world_of(visitor), client, wanted.confirm)
    if isinstance(asked, ApprovalRecord):
        return Asked(approval=asked.id)
    return Asked(operation=asked.id)


@router.get("/hosts")
def hosts(desk: DeskOf, visitor: Signed) -> Hosts:
    """Every host that carries a client the person may see."""
    said, now = desk.index.everything_said(), time.time()
    carried: dict[str, int] = {}
    for row in desk.index.rows(visitor.scope):
        carried[row.brief.host] = carried.get(row.brief.host, 0) + 1
    found = []
    for record in desk.world.store.hosts.all():
        if visitor.scope is not None and record.name not in carried:
            continue
        last = said.get(record.name)
        why = silence(last.word if last else None, now)
        found.append(
            HostAnswer(
                name=record.name,
                url=record.url,
                reports=not why,
                why=why,
                clients=carried.get(record.name, 0),
                disk_free=last.disk_free if last else None,
                disk_total=last.disk_total if last else None,
                memory_free=last.memory_free if last else None,
                memory_total=last.memory_total if last else None,
            )
        )
    return Hosts(hosts=tuple(found))


def answer_of(row: Row) -> ClientAnswer:
    """A client for programs."""
    brief = row.brief
    return ClientAnswer(
        client=brief.slug,
        domain=brief.domain,
        plan=brief.plan,
        host=brief.host,
        release=row.release,
        channel=brief.channel,
        window=brief.window,
        hold=brief.hold,
        health=row.health.value,
        why=row.why,
        heard_at=row.said.word.received_at if row.said else None,
        certificate_days=row.certificate_days,
        recovery_point=row.point,
        visitors=row.used.visitors,
        leads=row.used.leads,
        api_calls=row.used.api_calls,
    )
