"""The agent of a memory host: it answers every verb as a real one does."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from leadengine_agent.protocol import (
    FENCED,
    READ_ONLY,
    Activate,
    ActivateResult,
    Certify,
    CertifyResult,
    Credentials,
    CredentialsResult,
    Decommission,
    Event,
    Failure,
    FailureCode,
    HostState,
    Inspect,
    InstallRelease,
    Logs,
    LogsResult,
    Order,
    Outcome,
    Release,
    StepState,
    Task,
)
from leadengine_ctl.hosts.memory_state import Entry, MemoryStack, MemoryState, client_of, key_of

_STEPS = {
    "install-release": ("files", "images"),
    "activate": ("render", "start", "migrate", "switch"),
    "certify": ("certificate",),
    "decommission": ("remove",),
}


class _RefusedError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


class MemoryAgent:
    """Carries out tasks on the state of a memory host.

    Args:
        state: what the host is like now.
        keep: called with each new state, as soon as there is one.
        failures: `verb/step` -> the failure that this step meets, each time.
    """

    def __init__(
        self,
        state: MemoryState,
        keep: Callable[[MemoryState], None],
        failures: Mapping[str, Failure],
    ) -> None:
        self._state = state
        self._tell = keep
        self._failures = failures

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
        except _RefusedError as refused:
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
            raise _of_another_order(task)
        if entry.outcome is None and entry.verb in FENCED and entry.fence < newest:
            raise _superseded(task)
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
                raise _RefusedError(failure.model_copy(update={"step": step}))
            yield Event(task=task.id, step=step, state=state, seconds=0.0)

    def _would_change(self, order: Order) -> bool:
        match order:
            case InstallRelease(version=version, manifest=manifest):
                release = Release.model_validate_json(manifest)
                return self._state.releases.get(version) != release
            case Activate(spec=spec):
                old = self._state.stacks.get(spec.client)
                return old is None or old.key != key_of(order)
            case Decommission(client=client):
                return client in self._state.stacks
        return False

    def _read(self, task: Task) -> dict[str, Any]:
        match task.order:
            case Inspect(client=client):
                return self._inspect(client).model_dump(mode="json")
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
                return self._activate(task.order)
            case Certify(client=client):
                chosen = [client] if client else sorted(self._state.stacks)
                advice = {name: self._stack(name).state().certificate.advice for name in chosen}
                return CertifyResult(advice=advice).model_dump(mode="json")
            case Decommission(client=client):
                self._keep(
                    stacks={name: one for name, one in self._state.stacks.items() if name != client}
                )
                return {}
        raise AssertionError(task.order.verb)

    def _activate(self, order: Activate) -> dict[str, Any]:
        if order.release not in self._state.releases:
            raise _RefusedError(_missing(f"the release {order.release}", "Send it first."))
        old, key = self._state.stacks.get(order.spec.client), key_of(order)
        changed = old is None or old.key != key
        stack = MemoryStack(
            spec=order.spec,
            release=order.release,
            key=key,
            generation=(old.generation if old else 0) + changed,
            password=old.password if old else secrets.token_urlsafe(12),
        )
        self._keep(stacks={**self._state.stacks, order.spec.client: stack})
        mail = "unchanged" if old else ("sent" if order.spec.mail.host else "not-configured")
        result = ActivateResult(
            generation=stack.generation, changed=changed, stack=stack.state(), mail=mail
        )
        return result.model_dump(mode="json")

    def _inspect(self, client: str | None) -> HostState:
        chosen = [self._stack(client)] if client else list(self._state.stacks.values())
        return HostState(
            agent_version="memory",
            engine_version="none",
            clock=datetime.now(UTC).isoformat(),
            memory=8_000_000_000,
            disk_free=80_000_000_000,
            disk_total=100_000_000_000,
            stacks=tuple(stack.state() for stack in chosen),
        )

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
            raise _RefusedError(_missing(f"a stack of {client}", "Deploy it first."))
        return self._state.stacks[client]

    def _keep(self, **changes: object) -> None:
        self._state = self._state.model_copy(update=changes)
        self._tell(self._state)


def _missing(what: str, hint: str) -> Failure:
    return Failure(
        code=FailureCode.NOT_FOUND,
        what=f"There is no {what.removeprefix('a ')} on this host.",
        why="",
        hint=hint,
    )


def _of_another_order(task: Task) -> _RefusedError:
    return _RefusedError(
        Failure(
            code=FailureCode.INVALID,
            what=f"The id {task.id} belongs to another order.",
            why="An order of another kind or for another client was accepted under it.",
            hint="Nothing was changed. Run the command again: it takes a new id.",
        )
    )


def _superseded(task: Task) -> _RefusedError:
    return _RefusedError(
        Failure(
            code=FailureCode.SUPERSEDED,
            what=f"The order {task.id} came too late.",
            why="A newer order for the same client has been accepted on this host since.",
            hint="Nothing was changed. 'lectl operations list' shows the newer one.",
        )
    )
