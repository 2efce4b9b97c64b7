"""The hosts: what they carry, how long their disks last, whether they have the right size."""

import time
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadengine_ctl.fleet.agent_records import HealthRecord
from leadengine_ctl.fleet.records import HostRecord
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.drawing import Line, curve
from leadengine_ctl.panel.fleet.index import Row, Said
from leadengine_ctl.panel.pages import page
from leadengine_ctl.panel.request import DeskOf
from leadengine_ctl.panel.wording import size
from leadengine_ctl.planning.capacity import Sample, advice, days_until_full
from leadengine_ctl.planning.health import silence, wrong_clock

router = APIRouter(include_in_schema=False)

_DAYS = 30


@router.get("/hosts")
def hosts(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """Every host that carries a client the person may see."""
    rows = desk.index.rows(visitor.scope)
    counts: dict[str, list[Row]] = {}
    for row in rows:
        counts.setdefault(row.brief.host, []).append(row)
    said, now = desk.index.everything_said(), time.time()
    known = [each for each in desk.world.store.hosts.all() if _may_see(visitor, each, counts)]
    return page(
        request,
        "hosts/hosts.html",
        hosts=known,
        said=said,
        counts=counts,
        silent={each.name: _silence(said.get(each.name), now) for each in known},
    )


@router.get("/hosts/{host}")
def host(request: Request, desk: DeskOf, visitor: Signed, host: str) -> Response:
    """One host."""
    store = desk.world.store
    record, said = store.hosts.get(host), desk.index.said(host)
    history = store.reports.health(host, time.time() - _DAYS * 86_400)
    samples = [_sample(each) for each in history]
    beat = said.heartbeat if said else None
    rows = [row for row in desk.index.rows(visitor.scope) if row.brief.host == host]
    words = advice(samples, beat.memory_total, beat.disk_total, len(rows)) if beat else ()
    return page(
        request,
        "hosts/host.html",
        record=record,
        said=said,
        beat=beat,
        silent=_silence(said, time.time()),
        clock=wrong_clock(said.word if said else None, time.time()),
        rows=rows,
        days=days_until_full(samples),
        advice=words,
        charts=_charts(samples, beat.disk_total, beat.memory_total) if beat else {},
        events=list(reversed(store.reports.events(host=host, limit=30)))
        if visitor.scope is None
        else [],
        others=len(store.clients.on(host)) - len(rows),
    )


def _may_see(visitor: Visitor, host: HostRecord, mine: dict[str, list[Row]]) -> bool:
    return visitor.scope is None or host.name in mine


def _silence(said: Said | None, now: float) -> str:
    return silence(said.word if said else None, now)


def _sample(record: HealthRecord) -> Sample:
    return Sample(float(record.at), record.disk_free, record.memory_free)


def _charts(samples: list[Sample], disk: int, memory: int) -> dict[str, Line]:
    """What was used of disk and memory, over the time that is known."""
    if len(samples) < 2 or not disk or not memory:
        return {}
    ends = tuple(f"{datetime.fromtimestamp(samples[at].at, UTC):%d %b %H:%M}" for at in (0, -1))
    return {
        "Disk used": curve(
            [(each.at, disk - each.disk_free) for each in samples],
            disk,
            size(disk),
            (ends[0], ends[1]),
        ),
        "Memory used": curve(
            [(each.at, memory - each.memory_free) for each in samples],
            memory,
            size(memory),
            (ends[0], ends[1]),
        ),
    }
