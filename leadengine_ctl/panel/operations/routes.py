"""Operations: what was done, by whom, step by step, while it happens."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from leadengine_agent.values import Frozen
from leadengine_ctl.fleet.panel_records import JobRecord, JobState
from leadengine_ctl.fleet.records import EventRecord, OperationRecord, OperationState
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.hosts.base import SIGNATURE
from leadengine_ctl.operations.backups.everybody import progress_of
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.credentials import take_credentials
from leadengine_ctl.operations.jobs import EVERYBODY
from leadengine_ctl.operations.resume import make_verb
from leadengine_ctl.operations.summary import loader_snippet
from leadengine_ctl.panel import doing, live
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)

PER_PAGE = 50


class Wanted(Frozen):
    """Which operations; `before`: those that began earlier."""

    client: str = ""
    state: Literal["", "running", "done", "failed", "superseded"] = ""
    before: str = ""


@dataclass
class StepShown:
    """A step of the plan with what was told of it. `waits`: what a person has to do before it goes on."""

    name: str
    sentence: str
    state: str = "waiting"
    detail: str = ""
    seconds: float | None = None
    waits: str = ""
    parts: list[EventRecord] = field(default_factory=list)


@router.get("/operations")
def operations(
    request: Request, desk: DeskOf, visitor: Signed, wanted: Annotated[Wanted, Query()]
) -> Response:
    """The last ones, newest first."""
    clients = (wanted.client,) if wanted.client else visitor.scope
    if wanted.client:
        visitor.check_client(wanted.client)
    overview = desk.world.store.overview
    found = overview.operations(PER_PAGE + 1, clients, wanted.state, wanted.before)
    return page(
        request,
        "operations/operations.html",
        found=found[:PER_PAGE],
        more=found[PER_PAGE - 1].started_at if len(found) > PER_PAGE else "",
        wanted=wanted,
    )


@router.get("/operations/{operation}")
def operation(request: Request, desk: DeskOf, visitor: Signed, operation: str) -> Response:
    """One of them, live."""
    store = desk.world.store
    job, record = found(store, operation)
    if record is not None and record.id != operation:
        return go_to(f"/operations/{record.id}")
    subject = record.client if record else job.subject if job else ""
    steps = story(store, record, job)
    return page(
        request,
        "operations/operation.html",
        id=operation,
        job=job,
        record=record,
        subject=subject,
        steps=steps,
        failed=next((step for step in steps if step.state == "failed"), None),
        progress=_progress(desk.world, job),
        over=is_over(job, record),
        can_resume=record is not None and doing.can_resume(desk.world, operation),
        credentials=None,
    )


@router.get("/operations/{operation}/live")
def watch(desk: DeskOf, visitor: Signed, operation: str) -> StreamingResponse:
    """Tells when there is something new."""
    store = desk.world.store

    def state() -> tuple[object, bool]:
        job, record = found(store, operation)
        told = len(store.operations.events(record.id)) if record else _progress(desk.world, job)
        now = (told, record.state if record else "", job.state if job else "")
        return now, is_over(job, record)

    return live.stream(state)


@router.post("/operations/{operation}/resume")
def resume(desk: DeskOf, visitor: Signed, operation: str) -> Response:
    """Go on where its process was lost."""
    job = doing.resume_operation(desk.world_of(visitor), operation)
    return go_to(f"/operations/{job.id}")


@router.post("/operations/{operation}/credentials")
def credentials(request: Request, desk: DeskOf, visitor: Signed, operation: str) -> Response:
    """The first administrator's sign-in, this once."""
    world = desk.world_of(visitor)
    record = world.store.operations.get(operation)
    shown = take_credentials(world, record.client, operation)
    spec = world.store.clients.get(record.client).spec
    return page(
        request,
        "operations/credentials.html",
        record=record,
        shown=shown,
        spec=spec,
        snippet=f"<script src='https://{spec.domain}/pixel.js'></script>",
        loader=loader_snippet(spec.domain, spec.client_id),
    )


def found(store: Store, operation: str) -> tuple[JobRecord | None, OperationRecord | None]:
    """The job of this id and the operation it became, or the operation of this id."""
    job = store.jobs.find(operation)
    if job is not None and job.verb != "rollout":
        started = job.operation or job.id
        return job, store.operations.find(started)
    return None, store.operations.get(operation)


def _progress(world: World, job: JobRecord | None) -> dict[str, int]:
    """How far the clients are that one job is about; empty: it is about one."""
    return progress_of(world, job) if job is not None and job.verb == EVERYBODY else {}


def is_over(job: JobRecord | None, record: OperationRecord | None) -> bool:
    if job is not None:
        return job.state in (JobState.DONE, JobState.FAILED)
    return record is not None and record.state is not OperationState.RUNNING


def story(store: Store, record: OperationRecord | None, job: JobRecord | None) -> list[StepShown]:
    """The steps of an operation in order: those that were told of, and those that are to come."""
    steps: dict[str, StepShown] = {}
    for event in store.operations.events(record.id) if record else ():
        name, _, part = event.step.partition("/")
        step = steps.setdefault(name, StepShown(name, name.capitalize()))
        if part == SIGNATURE:
            step.waits = event.detail.partition(": ")[2] if event.state == "started" else ""
        if part:
            if event.state != "started":
                step.parts.append(event)
        else:
            step.state, step.detail, step.seconds = event.state, event.detail, event.seconds
    verb, params = (
        (record.verb, record.params) if record else (job.verb, job.params) if job else ("", "")
    )
    for name in planned_steps(verb, params):
        steps.setdefault(name, StepShown(name, name.capitalize()))
    return list(steps.values())


def planned_steps(verb: str, params: str) -> tuple[str, ...]:
    """The names of a verb's steps, before any of them was begun."""
    if verb not in {"deploy", "rollback", "destroy", "backup", "verify", "restore"}:
        return ()
    return tuple(work.step for work in make_verb(verb, params).works(None))  # type: ignore[arg-type]
