"""The agent of a memory host: it answers every verb as a real one does."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from leadengine_agent.protocol import (
    FENCED,
    READ_ONLY,
    Activate,
    Backup,
    Certify,
    CertifyAhead,
    CertifyResult,
    Credentials,
    CredentialsResult,
    Decommission,
    Event,
    Failure,
    Fence,
    FenceResult,
    Freeze,
    Heal,
    HostKey,
    HostState,
    Inspect,
    InstallRelease,
    Logs,
    LogsResult,
    MakeKit,
    Order,
    Outcome,
    Points,
    Proven,
    Prune,
    Release,
    Repair,
    Restore,
    Rollback,
    StackState,
    StepState,
    Task,
    UpdateAgent,
    Verify,
    Vitals,
)
from leadengine_ctl.hosts.memory_backup_state import state_of_backups
from leadengine_ctl.hosts.memory_faults import MemoryFaults
from leadengine_ctl.hosts.memory_generations import Activated, activate, roll_back
from leadengine_ctl.hosts.memory_points import MemoryPoints
from leadengine_ctl.hosts.memory_refusals import (
    RefusedError,
    missing,
    of_another_order,
    superseded,
)
from leadengine_ctl.hosts.memory_repositories import Repositories
from leadengine_ctl.hosts.memory_restores import MemoryRestores
from leadengine_ctl.hosts.memory_state import Entry, MemoryStack, MemoryState, client_of, key_of
from leadengine_ctl.hosts.memory_steps import CARRYING, STEPS
from leadengine_ctl.hosts.memory_storage import MemoryStorage
from leadengine_ctl.hosts.memory_tenants import CHANGES, MemoryTenants, plain
from leadengine_ctl.hosts.memory_vitals import vitals_of


class MemoryAgent:
    """Carries out tasks on the state of a memory host.

    Args:
        state: what the host is like now.
        keep: called with each new state, as soon as there is one.
        failures: `verb/step` -> the failure that this step meets, each time.
        faults: what else goes wrong.
        storage: where points go that outlive the host.
    """

    def __init__(
        self,
        state: MemoryState,
        keep: Callable[[MemoryState], None],
        failures: Mapping[str, Failure],
        faults: MemoryFaults,
        storage: MemoryStorage,
    ) -> None:
        self._state = state
        self._tell = keep
        self._failures = failures
        self._faults = faults
        repositories = Repositories(lambda: self._state, self._replace, storage, faults)
        self._points = MemoryPoints(repositories)
        self._restores = MemoryRestores(repositories, self._points)
        self._tenants = MemoryTenants(lambda: self._state, self._replace)

    def run(self, task: Task) -> Iterator[Event | Outcome]:
        try:
            if task.order.verb in READ_ONLY:
                yield Outcome(task=task.id, result=self._read(task))
                return
            known = self._accept(task)
            if known is None:
                yield from self._steps(task)
                tenants = isinstance(task.order, CHANGES)
                done = self._tenants.change(task.order) if tenants else self._change(task)
                known = Outcome(task=task.id, result=done)
                self._record(task, known)
            yield known
        except RefusedError as refused:
            yield Outcome(task=task.id, failure=refused.failure)

    def _accept(self, task: Task) -> Outcome | None:
        """Write the task into the journal, or return the outcome it already has."""
        client, entry = client_of(task), self._state.journal.get(task.id)
        newest = self._newest(client)
        if entry is None:
            verb = task.order.verb
            if verb in FENCED and self._is_overtaken(task, client):
                raise superseded(task)
            self._journal(Entry(task=task.id, verb=verb, client=client, fence=newest + 1))
            return None
        if (entry.verb, entry.client) != (task.order.verb, client):
            raise of_another_order(task)
        if entry.outcome is None and entry.verb in FENCED and entry.fence < newest:
            raise superseded(task)
        return entry.outcome

    def _is_overtaken(self, task: Task, client: str) -> bool:
        """Whether another operation changed the client after this task's operation began."""
        own, seen = f"{task.operation}-", task.seen
        return seen is not None and any(
            one.fence > seen and not one.task.startswith(own) for one in self._fenced(client)
        )

    def _newest(self, client: str) -> int:
        return max((one.fence for one in self._fenced(client)), default=0)

    def _fenced(self, client: str) -> list[Entry]:
        every = self._state.journal.values()
        return [one for one in every if one.client == client and one.verb in FENCED]

    def _record(self, task: Task, outcome: Outcome) -> None:
        entry = self._state.journal[task.id]
        self._journal(entry.model_copy(update={"outcome": outcome}))

    def _journal(self, entry: Entry) -> None:
        self._keep(journal={**self._state.journal, entry.task: entry})

    def _steps(self, task: Task) -> Iterator[Event]:
        verb = task.order.verb
        state = StepState.DONE if self._would_change(task.order) else StepState.UNCHANGED
        for step in STEPS[verb]:
            yield Event(task=task.id, step=step, state=StepState.STARTED)
            if failure := self._failures.get(f"{verb}/{step}"):
                yield Event(task=task.id, step=step, state=StepState.FAILED, detail=failure.what)
                raise RefusedError(failure.model_copy(update={"step": step}))
            if step in CARRYING:
                yield from self._carried(task, step)
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
            case Backup() | Restore(dry_run=False) | Freeze():
                return True
        return isinstance(order, CHANGES)

    def _carried(self, task: Task, step: str) -> Iterator[Event]:
        """Tell of bytes under way, as long as they were told to take."""
        total = 64_000_000
        for quarter in range(1, 5):
            time.sleep(self._faults.seconds / 4)
            yield Event(
                task=task.id,
                step=step,
                state=StepState.STARTED,
                done=total * quarter // 4,
                total=total,
            )

    def _read(self, task: Task) -> dict[str, Any]:
        match task.order:
            case Fence(client=client):
                return FenceResult(fence=self._newest(client)).model_dump()
            case Inspect(client=client):
                return plain(self._inspect(client))
            case Vitals():
                return vitals_of(self._inspect(None))
            case Logs(client=client, service=service, lines=lines):
                names = [service] if service else ["db", "api-blue", "nginx"]
                self._stack(client)
                text = tuple(f"{name} | ready" for name in names)[-lines:]
                return LogsResult(lines=text).model_dump(mode="json")
            case Proven(client=client):
                hint = "Give the same command again."
                raise missing(f"certificate order of {client} that waits", hint)
            case Credentials(client=client, forget=forget):
                return self._credentials(client, forget=forget)
        return self._read_of_backups(task.order)

    def _read_of_backups(self, order: Order) -> dict[str, Any]:
        match order:
            case Points(kit=kit, sealed=sealed):
                opened = self._restores.opened(kit, sealed)
                return plain(self._points.points(order, opened))
            case MakeKit():
                return plain(self._restores.make_kit(order))
            case HostKey():
                return plain(self._restores.host_key())
        return self._tenants.read(order)

    def _change(self, task: Task) -> dict[str, Any]:
        match task.order:
            case InstallRelease(version=version, manifest=manifest):
                release = Release.model_validate_json(manifest)
                self._keep(releases={**self._state.releases, version: release})
                return {}
            case Activate():
                time.sleep(self._faults.seconds)
                self._points.before(task.order)
                return self._put(activate(self._state, task.order, self._faults))
            case Rollback():
                return self._put(roll_back(self._state, task.order, self._faults))
            case Certify(client=client) | CertifyAhead(client=client):
                chosen = [client] if client else sorted(self._state.stacks)
                advice = {name: self._stack(name).state().certificate.advice for name in chosen}
                return CertifyResult(advice=advice).model_dump(mode="json")
            case Decommission(client=client):
                self._keep(
                    stacks={name: one for name, one in self._state.stacks.items() if name != client}
                )
                return {}
        return self._maintain(task.order)

    def _maintain(self, order: Order) -> dict[str, Any]:
        match order:
            case Backup() | Verify() | Prune() | Repair():
                return plain(self._points.carry_out(order))
            case Restore(kit=kit, sealed=sealed):
                opened = self._restores.opened(kit, sealed)
                return plain(self._restores.restore(order, opened))
            case Freeze():
                return plain(self._tenants.packed(order, self._restores.freeze(order)))
            case Heal() | UpdateAgent():
                return {"changed": False}
        raise AssertionError(order.verb)

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

    def _shown(self, stack: MemoryStack) -> StackState:
        shown = stack.state(healthy=stack.release not in self._faults.sick)
        return shown.model_copy(update={"backup": state_of_backups(stack)})

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
        self._replace(self._state.model_copy(update=changes))

    def _replace(self, state: MemoryState) -> None:
        self._state = state
        self._tell(state)
