"""Operations: deploys among them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from leadengine_ctl.fleet.panel_records import JobRecord
from leadengine_ctl.fleet.records import OperationRecord
from leadengine_ctl.operations.credentials import take_credentials
from leadengine_ctl.operations.summary import loader_snippet
from leadengine_ctl.panel import doing
from leadengine_ctl.panel.api.models import (
    Asked,
    CredentialsAnswer,
    DeployWanted,
    OperationAnswer,
    OperationDetail,
    Operations,
    StepEvent,
)
from leadengine_ctl.panel.deploying.routes import read_request
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.operations.routes import found as find
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["operations"])


@router.post("/deploys", status_code=202)
def deploy(desk: DeskOf, visitor: Signed, wanted: DeployWanted) -> Asked:
    """Put a client live, or bring it to what is said here; done already, it changes nothing."""
    world = desk.world_of(visitor)
    values = {name: value or "" for name, value in wanted.model_dump().items()}
    request, host_key = read_request(world, values)
    return Asked(operation=doing.deploy(world, request, host_key).id)


@router.get("/operations")
def operations(
    desk: DeskOf,
    visitor: Signed,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    state: Literal["", "running", "done", "failed", "superseded"] = "",
) -> Operations:
    """The last operations, newest first."""
    records = desk.world.store.overview.operations(limit, visitor.scope, state)
    return Operations(operations=tuple(answer_of(None, each) for each in records))


@router.get("/operations/{operation}")
def operation(desk: DeskOf, visitor: Signed, operation: str) -> OperationDetail:
    """An operation and its story; the id is the one that whoever asked for it was told."""
    store = desk.world.store
    job, record = find(store, operation)
    events = store.operations.events(record.id) if record else ()
    return OperationDetail(
        operation=answer_of(job, record),
        events=tuple(StepEvent(**each.model_dump()) for each in events),
    )


@router.post("/operations/{operation}/resume", status_code=202)
def resume(desk: DeskOf, visitor: Signed, operation: str) -> Asked:
    """Go on with an operation whose process was lost."""
    return Asked(operation=doing.resume_operation(desk.world_of(visitor), operation).id)


@router.post("/operations/{operation}/credentials")
def credentials(desk: DeskOf, visitor: Signed, operation: str) -> CredentialsAnswer:
    """The first administrator's sign-in after a deploy; the host forgets it then."""
    world = desk.world_of(visitor)
    record = world.store.operations.get(operation)
    shown = take_credentials(world, record.client, operation)
    spec = world.store.clients.get(record.client).spec
    return CredentialsAnswer(
        email=shown.email,
        password=shown.password.get_secret_value() if shown.password else None,
        url=f"https://{spec.names[0]}",
        client_id=spec.client_id,
        snippet=f"<script src='https://{spec.names[-1]}/pixel.js'></script>",
        loader=loader_snippet(spec.names[-1], spec.client_id),
    )


def answer_of(job: JobRecord | None, record: OperationRecord | None) -> OperationAnswer:
    """An operation for programs; before anybody has begun with it, what was asked for."""
    what, why, hint = job.failure if job and job.failure else ("", "", "")
    if record is None and job is not None:
        return OperationAnswer(
            id=job.id,
            verb=job.verb,
            client=job.subject,
            state=job.state,
            actor=job.actor,
            started_at=job.created_at,
            ended_at=job.ended_at,
            failure=what,
            why=why,
            hint=hint,
        )
    if record is None:
        raise LookupError
    return OperationAnswer(
        id=record.id,
        verb=record.verb,
        client=record.client,
        state=record.state,
        actor=record.actor,
        host=record.host,
        started_at=record.started_at,
        ended_at=record.ended_at,
        failure=record.failure or what,
        why=why,
        hint=hint,
    )
