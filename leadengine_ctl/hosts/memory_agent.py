"""The agent of a memory host: it answers every verb as a real one does."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from leadengine_agent.protocol import (
    FENCED,
    READ_ONLY,
    Activate,
    Certify,
    CertifyResult,
    Credentials,
    CredentialsResult,
    Decommission,
    Event,
    Failure,
    Heal,
    HostState,
    Inspect,
    InstallRelease,
    Logs,
    LogsResult,
    Order,
    Outcome,
    Release,
    Rollback,
    StackState,
    StepState,
    Task,
    UpdateAgent,
    Vitals,
)
from leadengine_agent.reports import CertificateVitals, Heartbeat, StackVitals
from leadengine_ctl.hosts.memory_faults import MemoryFaults
from leadengine_ctl.hosts.memory_generations import Activated, activate, roll_back
from leadengine_ctl.hosts.memory_refusals import (
    RefusedError,
    missing,
    of_another_order,
    superseded,
)
from leadengine_ctl.hosts.memory_state import Entry, MemoryStack, MemoryState, client_of, key_of

_STEPS = {
    "install-release": ("files", "images"),
    "activate": ("render", "start", "migrate", "switch"),
    "rollback": ("render", "start", "switch"),
    "certify": ("certificate",),
    "decommission": ("remove",),
    "heal": (),
    "update-agent": ("handover",),
}


class MemoryAgent:
    """Carries out tasks on the state of a memory host.

    Args:
        state: what the host is like now.
        keep: called with each new state, as soon as there is one.
        failures: `verb/step` -> the failure that this step meets, each time.
        faults: what else goes wrong.
    """

    def __init__(
        self,
        state: MemoryState,
        keep: Callable[[MemoryState], None],
        failures: Mapping[str, Failure],
        faults: MemoryFaults,
    ) -> None:
        self._state = state
        self._tell = keep
        self._failures = failures
        self._faults = faults

    def run(self, task: Task) -> Iterator[Event | Outcome]:
        """Carry out one task: its events and, last, its outcome."""
        try:
            if task.order.verb in READ_ONLY:
                yield Outcome(task=task.id, result=self._read(task))
                return
            known = self._accept(task)
            if known is None:
                yield from self._steps(task)
                known = Outcome(task=task.id, result=self._change(task))
                self._record(task, known)
            yield known
        except RefusedError as refused:
            yield Outcome(task=task.id, failure=refused.failure)

    def _accept(self, task: Task) -> Outcome | None:
        """Write the task into the journal, or return the outcome it already has."""
        client, entry = client_of(task), self._state.journal.get(task.id)
        fences = [
            one.fence
            for one in self._state.journal.values()
            if one.client == client and one.verb in FENCED
        ]
        newest = max(fences, default=0)
        if entry is None:
            verb = task.order.verb
            self._journal(Entry(task=task.id, verb=verb, client=client, fence=newest + 1))
            return None
        if (entry.verb, entry.client) != (task.order.verb, client):
            raise of_another_order(task)
        if entry.outcome is None and entry.verb in FENCED and entry.fence < newest:
            raise superseded(task)
        return entry.outcome

    def _record(self, task: Task, outcome: Outcome) -> None:
        entry = self._state.journal[task.id]
        self._journal(entry.model_copy(update={"outcome": outcome}))

    def _journal(self, entry: Entry) -> None:
        self._keep(journal={**self._state.journal, entry.task: entry})

    def _steps(self, task: Task) -> Iterator[Event]:
        verb = task.order.verb
        state = StepState.DONE if self._would_change(task.order) else StepState.UNCHANGED
        for step in _STEPS[verb]:
            yield Event(task=task.id, step=step, state=StepState.STARTED)
            if failure := self._failures.get(f"{verb}/{step}"):
                yield Event(task=task.id, step=step, state=StepState.FAILED, detail=failure.what)
                raise RefusedError(failure.model_copy(update={"step": step}))
            yield Event(task=task.id, step=step, state=state, seconds=0.0)

    def _would_change(self, order: Order) -> bool:
        match order:
            case InstallRelease(version=version, manifest=manifest):
                release = Release.model_validate_json(manifest)
                return self._state.releases.get(version) != release
            case Activate(spec=spec):
                old = self._state.stacks.get(spec.client)
                return old is None or old.key != key_of(order)
            case Decommission(client=client) | Rollback(client=client):
                return client in self._state.stacks
        return False

    def _read(self, task: Task) -> dict[str, Any]:
        match task.order:
            case Inspect(client=client):
                return self._inspect(client).model_dump(mode="json")
            case Vitals():
                return self._vitals()
            case Logs(client=client, service=service, lines=lines):
                names = [service] if service else ["db", "api-blue", "nginx"]
                self._stack(client)
                text = tuple(f"{name} | ready" for name in names)[-lines:]
                return LogsResult(lines=text).model_dump(mode="json")
            case Credentials(client=client, forget=forget):
                return self._credentials(client, forget=forget)
        raise AssertionError(task.order.verb)

    def _change(self, task: Task) -> dict[str, Any]:
        match task.order:
            case InstallRelease(version=version, manifest=manifest):
                release = Release.model_validate_json(manifest)
                self._keep(releases={**self._state.releases, version: release})
                return {}
            case Activate():
                time.sleep(self._faults.seconds)
                return self._put(activate(self._state, task.order, self._faults))
            case Rollback():
                return self._put(roll_back(self._state, task.order, self._faults))
            case Certify(client=client):
                chosen = [client] if client else sorted(self._state.stacks)
                advice = {name: self._stack(name).state().certificate.advice for name in chosen}
                return CertifyResult(advice=advice).model_dump(mode="json")
            case Heal() | UpdateAgent():
                return {"changed": False}
            case Decommission(client=client):
                self._keep(
                    stacks={name: one for name, one in self._state.stacks.items() if name != client}
                )
                return {}
        raise AssertionError(task.order.verb)

    def _put(self, done: Activated) -> dict[str, Any]:
        self._keep(stacks={**self._state.stacks, done.stack.spec.client: done.stack})
        if done.result is None:
            raise done.refused or AssertionError(done)
        return done.result.model_dump(mode="json")

    def _inspect(self, client: str | None) -> HostState:
        chosen = [self._stack(client)] if client else list(self._state.stacks.values())
        return HostState(
            agent_version="memory",
            engine_version="none",
            clock=datetime.now(UTC).isoformat(),
            memory=8_000_000_000,
            disk_free=80_000_000_000,
            disk_total=100_000_000_000,
            stacks=tuple(self._shown(stack) for stack in chosen),
        )

    def _vitals(self) -> dict[str, Any]:
        state, now = self._inspect(None), time.time()
        stacks = tuple(
            StackVitals(
                client=stack.client,
                release=stack.release,
                generation=stack.generation,
                colour=stack.colour,
                healthy=stack.healthy,
                certificate=CertificateVitals(issuer_kind=stack.certificate.issuer_kind),
            )
            for stack in state.stacks
        )
        beat = Heartbeat(
            looked_at=now,
            agent_version=state.agent_version,
            memory_total=state.memory,
            disk_free=state.disk_free,
            disk_total=state.disk_total,
            stacks=stacks,
        )
        found = {"heartbeat": beat.model_dump(mode="json"), "events": [], "usage": []}
        return {**found, "journal": "memory", "last": 0}

    def _shown(self, stack: MemoryStack) -> StackState:
        return stack.state(healthy=stack.release not in self._faults.sick)

    def _credentials(self, client: str, *, forget: bool) -> dict[str, Any]:
        stack = self._stack(client)
        if forget:
            stack = stack.model_copy(update={"password": None})
            self._keep(stacks={**self._state.stacks, client: stack})
        return CredentialsResult.model_validate(
            {"email": stack.spec.email, "password": stack.password}
        ).to_result()

    def _stack(self, client: str) -> MemoryStack:
        if client not in self._state.stacks:
            raise missing(f"stack of {client}", "Deploy it first.")
        return self._state.stacks[client]

    def _keep(self, **changes: object) -> None:
        self._state = self._state.model_copy(update=changes)
        self._tell(self._state)
