"""A host that nobody connects to: tasks wait for its agent, which fetches them from the panel.

Keeps the contract of every host, so that operations work through it unchanged. What needs hands on the
machine (a bare host, images that no registry has) it refuses with the way to do it.
"""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from leadengine_agent.protocol import (
    Event,
    Failure,
    FailureCode,
    HostState,
    ImageRef,
    Inspect,
    Outcome,
    PanelOrder,
    RegistryLogin,
    StepState,
    Task,
)
from leadengine_ctl.errors import HostUnreachableError, LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.base import (
    FLOOR,
    SIGNATURE,
    HardeningFacts,
    HostAddress,
    HostFacts,
    HostKey,
    Minimum,
    PanelLink,
    Progress,
    Report,
    quiet,
)

_LOOK_EVERY = 0.3
_SIGNATURE_PATIENCE = 3600.0
"""Seconds that a task waits for an operator."""

_PATIENCE = 120.0
"""Seconds that a task may lie there before the host counts as not reachable: an agent asks every minute."""


class Mailbox(Protocol):
    """Where the tasks of one host wait, and where its answers arrive."""

    def put(self, task: Task) -> None:
        """Let a task wait. The same id again asks anew for the same task; nothing runs twice."""
        ...

    def events(self, task: str, after: int) -> tuple[tuple[int, Event], ...]:
        """What the agent told of it, in order, after the event of this number."""
        ...

    def told(self, task: str) -> int:
        """The number of the last of these events; 0: none yet."""
        ...

    def outcome(self, task: str) -> Outcome | None: ...

    def is_waiting(self, task: str) -> bool:
        """True as long as the agent has not fetched it."""
        ...

    def wants_signature(self, task: str) -> bool: ...

    def ask_for_signature(self, task: str) -> None:
        """Have a task wait for an operator, whose host refused it without."""
        ...

    def withdraw(self, task: str) -> bool:
        """Take a task back; False: the agent has it already."""
        ...

    def forget(self, task: str) -> None:
        """Let go of an outcome that was read: it may carry a first password."""
        ...

    def is_alive(self) -> bool:
        """True when the host's agent has reported lately."""
        ...


@dataclass
class QueueHost:
    """A host behind its mailbox."""

    address: HostAddress
    mailbox: Mailbox
    sleep: Callable[[float], None] = time.sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def submit(self, task: Task) -> Iterator[Event | Outcome]:
        box = self.mailbox
        number = box.told(task.id)
        box.put(task)
        while True:
            yield from self._signature(task)
            outcome = yield from self._answers(task, number)
            number = box.told(task.id)
            if not (outcome.failure and outcome.failure.code is FailureCode.SIGNATURE):
                break
            # The host itself wants one: its policy knows what the panel cannot see.
            box.ask_for_signature(task.id)
        box.forget(task.id)
        yield outcome

    def _answers(self, task: Task, number: int) -> Generator[Event, None, Outcome]:
        box, news = self.mailbox, time.monotonic()
        while (outcome := box.outcome(task.id)) is None:
            for told, event in box.events(task.id, number):
                number, news = told, time.monotonic()
                yield event
            self._give_up_on(task, news)
            self.sleep(_LOOK_EVERY)
        for _, event in box.events(task.id, number):
            yield event
        return outcome

    def _signature(self, task: Task) -> Iterator[Event]:
        """Wait for an operator's signature, if the task needs one; an operation that is left meanwhile
        can be resumed."""
        box = self.mailbox
        if not box.wants_signature(task.id):
            return
        detail = f"waits for an operator: lectl task sign {task.id}"
        yield Event(task=task.id, step=SIGNATURE, state=StepState.STARTED, detail=detail)
        began = time.monotonic()
        while box.wants_signature(task.id):
            if time.monotonic() - began > _SIGNATURE_PATIENCE:
                raise self._unsigned(task)
            self.sleep(_LOOK_EVERY)
        yield Event(task=task.id, step=SIGNATURE, state=StepState.DONE, detail="signed")

    def _give_up_on(self, task: Task, news: float) -> None:
        """Whether it still makes sense to wait; what the agent has fetched is never taken back."""
        if time.monotonic() - news < _PATIENCE or self.mailbox.is_alive():
            return
        if self.mailbox.is_waiting(task.id):
            self.mailbox.withdraw(task.id)
        raise HostUnreachableError(
            f"The agent of {self.address.name} does not come for its tasks",
            f"It has not reported for a while, and told nothing of this task for {_PATIENCE:.0f} s.",
            "Look at the host, then run the command again: the task is taken up where it stopped.",
        )

    def _unsigned(self, task: Task) -> NotAllowedError:
        return NotAllowedError(
            f"{self.address.name} does '{task.order.verb}' only with an operator's signature",
            f"Nobody signed the task {task.id} within {_SIGNATURE_PATIENCE / 60:.0f} minutes.",
            "Run the command again, and 'lectl task sign' where your operator key is.",
        )

    def facts(self) -> HostFacts:
        state = self._state()
        return HostFacts(
            os_id="",
            os_version="",
            os_name="seen through its agent",
            arch="",
            cores=0,
            memory=state.memory,
            disk_total=state.disk_total,
            disk_free=state.disk_free,
            engine=state.engine_version,
            privileged=True,
            systemd=True,
            ports=(),
            clock_skew=0.0,
            addresses=(),
            agent=state.agent_version,
        )

    def _state(self) -> HostState:
        task = Task(id=f"inspect-{time.time_ns()}", actor="panel", order=Inspect())
        outcome = list(self.submit(task))[-1]
        if not isinstance(outcome, Outcome) or outcome.failure:
            why = outcome.failure.why if isinstance(outcome, Outcome) and outcome.failure else ""
            raise LeadEngineError(f"{self.address.name} could not be looked at", why)
        return HostState.model_validate(outcome.result)

    def prepare(
        self,
        agent: ImageRef,
        login: RegistryLogin | None = None,
        floor: Minimum = FLOOR,
        report: Report = quiet,
        roots: tuple[str, ...] = (),
    ) -> None:
        """An agent that fetches tasks is there already; another version of it is a task of its own."""
        report(Progress("agent", StepState.UNCHANGED, "fetches its tasks from the panel"))

    def carry(self, images: tuple[ImageRef, ...], report: Report = quiet) -> int:
        """Nothing travels this way: what no registry has must be on the host already.

        Whether it is, the agent says when the release is installed.
        """
        report(Progress("images", StepState.UNCHANGED, "carried images have to be there already"))
        return 0

    def remove_agent(self, *, purge: bool, report: Report = quiet) -> None:
        raise self._needs_hands("Removing the agent")

    def connect_panel(self, link: PanelLink, report: Report = quiet) -> None:
        raise self._needs_hands("Connecting it to a panel")

    def install_panel(self, order: PanelOrder, report: Report = quiet) -> Failure | None:
        raise self._needs_hands("A panel on the machine")

    def panel_owner(self, email: str) -> str:
        raise self._needs_hands("The first owner of a panel")

    def draft_identity(self) -> HostKey:
        raise self._needs_hands("A new host key")

    def adopt_identity(self) -> None:
        raise self._needs_hands("A new host key")

    def hold_addresses(self, own: tuple[str, ...]) -> bool:
        raise self._needs_hands("An address")

    def inspect_hardening(self) -> HardeningFacts:
        raise self._needs_hands("Looking at all of the machine")

    def is_hardened(self) -> bool:
        raise self._needs_hands("Looking at all of the machine")

    def harden(self, report: Report = quiet) -> tuple[str, ...]:
        raise self._needs_hands("Hardening")

    def _needs_hands(self, what: str) -> NotAllowedError:
        return NotAllowedError(
            f"{what} of {self.address.name} cannot be ordered through the panel",
            "Whoever takes over the panel must not be able to.",
            "Do it with lectl over SSH, from a machine that may sign in there.",
        )
