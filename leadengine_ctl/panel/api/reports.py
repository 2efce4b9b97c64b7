"""What hosts report: usage, events, and how a host is."""

import time
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from leadengine_agent.reports import Heartbeat
from leadengine_ctl.panel.api.models import Answer
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf
from leadengine_ctl.planning.capacity import Sample, advice, days_until_full
from leadengine_ctl.planning.health import silence

router = APIRouter(tags=["reports"])

_HISTORY = 30 * 86_400.0


class UsageOfDay(Answer):
    """What a client used on one day (UTC). `llm_micros`: millionths of a dollar."""

    day: str
    api_calls: int
    visitors: int
    leads: int
    llm_micros: int


class Usage(Answer):
    days: tuple[UsageOfDay, ...]


class EventAnswer(Answer):
    """Something that happened on a host, as its agent tells. `at`: seconds since 1970."""

    at: float
    kind: str
    what: str
    state: str
    detail: str
    actor: str


class Events(Answer):
    events: tuple[EventAnswer, ...]


class HostDetail(Answer):
    """A host. `why`: it is silent, and since when; `heartbeat`: the last one, however old.

    `days_until_full` null: the disk does not fill, or nobody knows yet.
    """

    name: str
    url: str
    why: str
    heard_at: float | None
    heartbeat: Heartbeat | None
    days_until_full: float | None
    advice: tuple[str, ...]
    clients: tuple[str, ...]


@router.get("/clients/{client}/usage")
def usage(
    desk: DeskOf, visitor: Signed, client: str, days: Annotated[int, Query(ge=1, le=400)] = 30
) -> Usage:
    """What a client used, day by day; days without any use are left out."""
    store = desk.world.store
    store.clients.get(client)
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    names = set(UsageOfDay.model_fields)
    found = store.reports.usage(str(first), client)
    return Usage(days=tuple(UsageOfDay(**each.model_dump(include=names)) for each in found))


@router.get("/clients/{client}/events")
def events(
    desk: DeskOf, visitor: Signed, client: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Events:
    """What happened to a client on its host, newest first."""
    store = desk.world.store
    store.clients.get(client)
    found = reversed(store.reports.events(client=client, limit=limit))
    names = set(EventAnswer.model_fields)
    return Events(events=tuple(EventAnswer(**each.model_dump(include=names)) for each in found))


@router.get("/hosts/{host}")
def host(desk: DeskOf, visitor: Signed, host: str) -> HostDetail:
    """One host: its last heartbeat, how long its disk lasts, whether it has the right size."""
    store, now = desk.world.store, time.time()
    record, said = store.hosts.get(host), desk.index.said(host)
    beat = said.heartbeat if said else None
    samples = [
        Sample(float(each.at), each.disk_free, each.memory_free)
        for each in store.reports.health(host, now - _HISTORY)
    ]
    rows = [row.slug for row in desk.index.rows(visitor.scope) if row.brief.host == host]
    mine = [each for each in beat.stacks if each.client in rows] if beat else []
    return HostDetail(
        name=record.name,
        url=record.url,
        why=silence(said.word if said else None, now),
        heard_at=said.word.received_at if said else None,
        heartbeat=beat.model_copy(update={"stacks": tuple(mine)}) if beat else None,
        days_until_full=days_until_full(samples),
        advice=advice(samples, beat.memory_total, beat.disk_total, len(rows)) if beat else (),
        clients=tuple(rows),
    )
