"""Run a verb as a durable operation: lock, record, steps, end."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadengine_agent.protocol import StepState
from leadengine_ctl.errors import LeadEngineError, LockedError, StoppedError
from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.fleet.store import now
from leadengine_ctl.operations import failpoint
from leadengine_ctl.operations.base import Listener, Run, Verb, Work, World
from leadengine_ctl.operations.durable import FailedBeforeError, Step
from leadengine_ctl.operations.lock import client_lock


@dataclass(frozen=True)
class Finished:
    """The end of an operation: its id, and each step's data by the step's name."""

    operation: str
    data: dict[str, Any]


def run(world: World, verb: Verb, listener: Listener, operation: str | None = None) -> Finished:
    """Run a verb, or go on with the unfinished operation that asked for the very same.

    Args:
        operation: the id of a new one, when somebody was told it already.

    Raises:
        LockedError: another process works on this client.
        StoppedError: Ctrl-C; it can be resumed.
        LeadEngineError: a step failed.
    """
    holder = f"{verb.name} by {world.actor} since {now()}"
    with client_lock(world.settings.data_folder / "locks", verb.client, holder):
        try:
            return _carry_out(verb, Run(world, _take_up(world, verb, operation), listener))
        except FailedBeforeError:
            # Noted as failed now; what was asked for is asked anew.
            return _carry_out(verb, Run(world, _take_up(world, verb, None), listener))


def run_as_part(run: Run, verb: Verb) -> dict[str, Any]:
    """Run a verb without checkpoints, under an id that the caller chose; each step's data.

    For what keeps its own record of what is done. Run it again under the same id after a kill: steps
    can be repeated, and the agent knows the orders again.

    Raises:
        LockedError: another process works on this client.
        LeadEngineError: a step failed.
    """
    world, operations = run.world, run.world.store.operations
    holder = f"{verb.name} by {world.actor} since {now()}"
    with client_lock(world.settings.data_folder / "locks", verb.client, holder):
        _supersede(world, verb, run.operation)
        operations.reopen(_record_of(world, verb, run.operation))
        try:
            data = _body(verb, run, lambda _name, action: action())
        except LeadEngineError as error:
            operations.end(run.operation, OperationState.FAILED, error.what)
            raise
        operations.end(run.operation, OperationState.DONE)
        return data


def _take_up(world: World, verb: Verb, wanted: str | None) -> str:
    """Find the operation to go on with, or start a new one.

    Whoever comes here holds this machine's lock: an operation still marked as running is one whose
    process has died here, or one of another machine, which stops before its next step.
    """
    old = world.store.operations.unfinished(verb.client)
    if old and (old.verb, old.params) == (verb.name, verb.params):
        world.record(verb.name, verb.client, "resumed", old.id)
        return old.id
    record = _record_of(world, verb, wanted or new_id())
    _supersede(world, verb, record.id)
    world.store.operations.start(record)
    world.record(verb.name, verb.client, "started", record.id)
    return record.id


def _supersede(world: World, verb: Verb, newer: str) -> None:
    operations = world.store.operations
    old = operations.unfinished(verb.client)
    if old and old.id != newer:
        operations.end(old.id, OperationState.SUPERSEDED, f"Superseded by {newer}.")


def new_id() -> str:
    """An id of an operation or a rollout; ids sort by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def _record_of(world: World, verb: Verb, operation: str) -> OperationRecord:
    return OperationRecord(
        id=operation,
        verb=verb.name,
        client=verb.client,
        host=verb.host,
        params=verb.params,
        state=OperationState.RUNNING,
        actor=world.actor,
        started_at=now(),
    )


def _carry_out(verb: Verb, run: Run) -> Finished:
    world, operations = run.world, run.world.store.operations
    try:
        data = world.durable.run(run.operation, verb.name, lambda step: _body(verb, run, step))
    except KeyboardInterrupt:
        raise _stopped(run.operation) from None
    except LeadEngineError as error:
        operations.end(run.operation, OperationState.FAILED, error.what)
        world.record(verb.name, verb.client, "failed", f"{run.operation}: {error.what}")
        raise
    operations.end(run.operation, OperationState.DONE)
    world.record(verb.name, verb.client, "done", run.operation)
    return Finished(run.operation, data)


def _body(verb: Verb, run: Run, step: Step) -> dict[str, Any]:
    run.about(verb.client)
    try:
        return {work.step: step(work.step, _told(verb, run, work)) for work in verb.works(run)}
    finally:
        run.close()


def _told(verb: Verb, run: Run, work: Work) -> Callable[[], dict[str, Any]]:
    """Wrap a step's action: tell its beginning and its end, and be killable on both sides."""

    def action() -> dict[str, Any]:
        _refuse_superseded(run)
        failpoint.reach(f"{verb.name}.{work.step}:before")
        started = time.monotonic()
        run.tell(work.step, StepState.STARTED)
        try:
            did = work.action()
        except LeadEngineError as error:
            run.tell(work.step, StepState.FAILED, error.what, _since(started))
            raise
        state = StepState.DONE if did.changed else StepState.UNCHANGED
        run.tell(work.step, state, did.detail, _since(started))
        failpoint.reach(f"{verb.name}.{work.step}:after")
        return did.data

    return action


def _refuse_superseded(run: Run) -> None:
    """A process that slept while another machine took over must not wake up and go on (promise R3)."""
    operations = run.world.store.operations
    if operations.is_superseded(run.operation):
        record = operations.get(run.operation)
        raise LockedError(
            f"A newer operation on {record.client} has taken over",
            record.failure or "",
            f"Nothing more was done by {record.id}; 'lectl operations list' shows the newer one.",
        )


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _stopped(operation: str) -> StoppedError:
    return StoppedError(
        f"Stopped. The operation {operation} is not finished",
        "",
        f"Run the same command again, or 'lectl operations resume {operation}': "
        "it goes on where it stopped.",
    )
