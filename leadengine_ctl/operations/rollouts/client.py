"""Bring one client of a rollout to where it should be, hop by hop."""

import time
from datetime import UTC, datetime

from leadengine_agent.protocol import ActivateResult
from leadengine_ctl.errors import (
    HostBusyError,
    HostUnreachableError,
    LeadEngineError,
    LockedError,
    TaskFailedError,
)
from leadengine_ctl.fleet.records import ClientRecord, TargetRecord, TargetState, Word
from leadengine_ctl.operations.base import Happening, Run
from leadengine_ctl.operations.rollback import RollbackRequest, RollbackVerb
from leadengine_ctl.operations.rollouts.crew import Crew, News
from leadengine_ctl.operations.runner import run_as_part
from leadengine_ctl.operations.update import Update, UpdateRequest
from leadengine_ctl.planning.windows import Window

_PATIENCE = 300.0
"""Seconds beyond the bake that a busy host is waited for."""

_PAUSE = 1.0


def bring(crew: Crew, target: TargetRecord) -> None:
    """Update one client; what came of it is in the ledger.

    Raises:
        LockedError: another process has taken the rollout over.
    """
    client = crew.world.store.clients.find(target.client)
    if client is None or client.hold:
        why = f"is on hold: {client.hold}" if client else "was destroyed meanwhile"
        _settle(crew, target, TargetState.SKIPPED, why)
    elif closed := _closed_window(crew, client):
        _settle(crew, target, TargetState.POSTPONED, closed)
    else:
        _walk(crew, target)


def undo(crew: Crew, target: TargetRecord, why: str) -> None:
    """Bring the generation before back to a client that got sick after its update."""
    verb = RollbackVerb(RollbackRequest(client=target.client, host=_url(crew, target)))
    try:
        run_as_part(_run(crew, target, f"{_operation(target)}-back"), verb)
    except LeadEngineError as error:
        _settle(
            crew, target, TargetState.FAILED, f"{why}; it could not be taken back: {error.what}"
        )
    else:
        before = target.model_copy(update={"hops": max(target.hops - 1, 0)})
        _settle(crew, before, TargetState.ROLLED_BACK, why)


def _walk(crew: Crew, target: TargetRecord) -> None:
    started = time.monotonic()
    spent = target.seconds
    done = target
    try:
        while done.hops < _hops(done):
            done = _patiently(crew, done)
    except HostUnreachableError as error:
        state, why = TargetState.UNREACHABLE, error.what
    except LockedError as error:
        crew.lease.word()  # is it the rollout itself that was taken over?
        state, why = TargetState.POSTPONED, error.what
    except TaskFailedError as error:
        state = TargetState.ROLLED_BACK if error.rolled_back else TargetState.FAILED
        why = _sentence(error)
    except LeadEngineError as error:
        state, why = TargetState.FAILED, _sentence(error)
    else:
        state, why = TargetState.SOAKING if crew.soak else TargetState.UPDATED, ""
    attempt = {
        "seconds": round(spent + time.monotonic() - started, 1),
        "operation": _operation(done),
    }
    _settle(crew, done.model_copy(update=attempt), state, why)


def _patiently(crew: Crew, target: TargetRecord) -> TargetRecord:
    """A hop; a host that is busy may be carrying out what a killed runner had ordered."""
    end = time.monotonic() + crew.request.bake + _PATIENCE
    while True:
        try:
            return _hop(crew, target)
        except HostBusyError:
            if time.monotonic() > end or crew.lease.word() is not Word.RUN:
                raise
            time.sleep(_PAUSE)


def _hop(crew: Crew, target: TargetRecord) -> TargetRecord:
    """One release further; that it was reached is written down with what comes next."""
    running = {"state": TargetState.RUNNING, "reason": "", "operation": _operation(target)}
    target = crew.note(target.model_copy(update=running))
    data = run_as_part(_run(crew, target, target.operation), Update(_request(crew, target)))
    traffic = ActivateResult.model_validate(data["activate"]).traffic
    done = {
        "hops": target.hops + 1,
        "requests": target.requests + traffic.requests,
        "failed": target.failed + traffic.failed,
    }
    return target.model_copy(update=done)


def _request(crew: Crew, target: TargetRecord) -> UpdateRequest:
    stations = (target.current, *target.path)
    asked = crew.request
    return UpdateRequest(
        client=target.client,
        host=_url(crew, target),
        current=stations[target.hops],
        release=stations[target.hops + 1] if target.path else target.current,
        changes=asked.changes,
        bake=asked.bake,
        contract=asked.allow_contract,
        retry=asked.retry,
        without_backup=asked.without_backup,
        rollout=target.rollout,
    )


def _run(crew: Crew, target: TargetRecord, operation: str) -> Run:
    def listen(event: Happening) -> None:
        if event.state == "started":
            crew.tell(News(target.rollout, crew.wave, target=target, step=event.step))

    return Run(crew.world, operation, listen, crew.bundles)


def _operation(target: TargetRecord) -> str:
    """The same for each attempt: after a kill the agent knows the orders again."""
    return f"{target.rollout}-{target.number}-{min(target.hops + 1, _hops(target))}"


def _hops(target: TargetRecord) -> int:
    return len(target.path) or 1


def _url(crew: Crew, target: TargetRecord) -> str:
    return crew.world.store.hosts.get(target.host).url


def _closed_window(crew: Crew, client: ClientRecord) -> str:
    """When the client's window opens; empty: it is open, or nobody cares."""
    if crew.request.window == "ignore" or client.window is None:
        return ""
    window, at = Window.parse(client.window), datetime.now(UTC)
    return (
        "" if window.is_open(at) else f"its window opens {window.next_open(at):%a %d %b %H:%M %Z}"
    )


def _settle(crew: Crew, target: TargetRecord, state: TargetState, why: str) -> None:
    crew.note(target.model_copy(update={"state": state, "reason": why}))


def _sentence(error: LeadEngineError) -> str:
    return f"{error.what}. {error.why}".strip() if error.why else error.what
