"""What every verb is made of: steps that can be repeated, and the world they act on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from leadengine_agent.protocol import FENCED, Event, Order, Proof, StepState, Task
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import DnsProvider
from leadengine_ctl.fleet.panel_records import AuditLine
from leadengine_ctl.fleet.records import EventLine
from leadengine_ctl.fleet.store import Store, now
from leadengine_ctl.hosts.base import SIGNATURE, Host, HostAddress, HostKey, Progress, Report
from leadengine_ctl.operations.durable import Durable
from leadengine_ctl.operations.orders import ask, newest_fence, submit
from leadengine_ctl.providers.base import Provider
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.library import Library
from leadengine_ctl.settings import Settings


@dataclass(frozen=True)
class Clouds:
    """What others run for us, by the names of their kinds; opened at use.

    Attributes:
        dns_configured: DNS providers that there are credentials for, the likeliest first.
        patience: how long to go on asking an API.
        public_key: the operator's own, as a line of `authorized_keys`.
    """

    provider: Callable[[str], Provider]
    dns: Callable[[str], DnsProvider]
    dns_configured: tuple[str, ...]
    patience: Patience
    public_key: Callable[[], str]


@dataclass(frozen=True)
class World:
    """All that operations may touch, put together by `services`.

    Attributes:
        open_host: a host to talk to; entering it connects.
        open_made: the same, trusting this one key alone.
        actor: who gives the orders: `name@machine`, or the address of a person of the panel.
        origin: what they used: `cli`, `panel` or `api`.
    """

    settings: Settings
    store: Store
    library: Library
    durable: Durable
    open_host: Callable[[HostAddress], Host]
    open_made: Callable[[HostAddress, HostKey], Host]
    clouds: Clouds
    actor: str
    origin: str = "cli"

    def ask(self, address: HostAddress, order: Order) -> dict[str, Any]:
        """Connect to a host for one order outside of any operation: a read, or what can be repeated.

        Raises:
            LeadEngineError: the host cannot be reached, or its agent says no.
        """
        with self.open_host(address) as host:
            return ask(host, self.actor, order)

    def record(self, action: str, subject: str, outcome: str = "done", detail: str = "") -> None:
        """Write into the audit trail what this actor did."""
        self.store.audit.append(
            AuditLine(
                actor=self.actor,
                origin=self.origin,
                action=action,
                subject=subject,
                outcome=outcome,
                detail=detail,
            )
        )


@dataclass(frozen=True)
class Happening:
    """Something to tell the person who waits.

    Attributes:
        step: a step of the plan, or `step/part` for what happens on the host inside of it.
        seconds: how long it took; None while it runs.
        done, total: bytes under way; `total` 0: nothing to count.
        wanted: what the person has to do, for the step to go on.
    """

    operation: str
    step: str
    state: StepState
    detail: str = ""
    seconds: float | None = None
    done: int = 0
    total: int = 0
    wanted: tuple[str, ...] = ()


Listener = Callable[[Happening], None]


@dataclass(frozen=True)
class Did:
    """What a step did. `data` is checkpointed in clear: no secret may be in it."""

    changed: bool
    detail: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """A step of the plan with the code that does it."""

    step: str
    action: Callable[[], Did]


class Verb(Protocol):
    """An operation on one client. Made anew in each process, from the request that was recorded."""

    @property
    def name(self) -> str: ...

    @property
    def client(self) -> str: ...

    @property
    def host(self) -> str: ...

    @property
    def params(self) -> str:
        """The request as JSON: equal requests are equal text. No secrets."""
        ...

    def works(self, run: "Run") -> tuple[Work, ...]:
        """The steps, in order."""
        ...


class Run:
    """One execution of an operation: who listens to it, and its conversations with hosts.

    Args:
        bundles: releases that were read already, shared by the runs of a rollout.
    """

    def __init__(
        self,
        world: World,
        operation: str,
        listener: Listener,
        bundles: dict[str, Bundle] | None = None,
    ) -> None:
        self.world = world
        self.operation = operation
        self._listener = listener
        self._hosts: dict[str, Host] = {}
        self._changed: set[str] = set()
        self._story: list[EventLine] = []
        self._bundles = {} if bundles is None else bundles
        self._client = ""
        self._seen: dict[str, int | None] = {}

    def about(self, client: str) -> None:
        """Say whose stack this is about, before anything is asked of its host."""
        self._client = client

    def host(self, address: HostAddress) -> Host:
        """A host of the operation, connected at first use and kept until `close`.

        At the first contact the operation takes its number: whatever another one changes on the
        client from then on makes the orders of this one come too late (promise R3).
        """
        name = str(address)
        if name not in self._hosts:
            self._hosts[name] = self.world.open_host(address).__enter__()
            self.take_number(address)
        return self._hosts[name]

    def take_number(self, address: HostAddress) -> None:
        """Ask for the number, unless it is known: again when an agent was put there since."""
        name = str(address)
        if self._seen.get(name) is None:
            self._seen[name] = newest_fence(self._hosts[name], self.world.actor, self._client)

    def close(self) -> None:
        """End the conversation, and write down what was not yet."""
        self._write()
        while self._hosts:
            _, host = self._hosts.popitem()
            host.__exit__(None, None, None)

    def order(
        self,
        address: HostAddress,
        step: str,
        order: Order,
        prove: Callable[[Proof], None] | None = None,
    ) -> dict[str, Any]:
        """Give an order to the host's agent; its id follows from the operation and the step, so
        that the agent knows it again after a kill.

        Args:
            prove: called with each record that the host waits for.

        Raises:
            LeadEngineError: it failed, in the words of the agent.
        """

        def listen(event: Event) -> None:
            name = f"{step}/{event.step}"
            if event.proof and prove:
                prove(event.proof)
            elif event.done is not None:
                # Bytes under way come often: they are shown, and are no line of the story.
                shown = Happening(self.operation, name, event.state, event.detail)
                self._listener(replace(shown, done=event.done, total=event.total or 0))
            else:
                self.tell(name, event.state, event.detail, event.seconds)

        host = self.host(address)
        task = Task(
            id=f"{self.operation}-{step}",
            actor=self.world.actor,
            operation=self.operation if order.verb in FENCED else None,
            seen=self._seen[str(address)] if order.verb in FENCED else None,
            order=order,
        )
        return submit(host, task, listen)

    def ask(self, step: str, wanted: tuple[str, ...]) -> None:
        """Say what the person who waits has to do."""
        happening = Happening(self.operation, step, StepState.STARTED, wanted[-1].strip())
        self._listener(replace(happening, wanted=wanted))

    def load(self, version: str) -> Bundle:
        """A release; read and checked once in this run."""
        if version not in self._bundles:
            self._bundles[version] = self.world.library.load(version)
        return self._bundles[version]

    def report(self, step: str) -> Report:
        """A listener for what a host tells while it is prepared or loaded."""

        def report(progress: Progress) -> None:
            name = f"{step}/{progress.step}"
            if progress.state is StepState.STARTED:
                shown = Happening(self.operation, name, progress.state, progress.detail)
                self._listener(replace(shown, done=progress.done, total=progress.total))
            else:
                self.tell(name, progress.state, progress.detail)

        return report

    def has_changed(self, step: str) -> bool:
        """True when a part of the step changed something, in this run of it."""
        return step in self._changed

    def tell(
        self, step: str, state: StepState, detail: str = "", seconds: float | None = None
    ) -> None:
        """Record an event and pass it on.

        The store is written when a step begins or fails, and when a person has to do something: a story
        of twenty lines costs a few writes, and whoever looks sees the step that hangs, and why.
        """
        _, part, name = step.partition("/")
        if state is StepState.DONE:
            self._changed.add(step.partition("/")[0])
        self._story.append(EventLine(now(), step, state, detail, seconds))
        if name == SIGNATURE or (not part and state in (StepState.STARTED, StepState.FAILED)):
            self._write()
        self._listener(Happening(self.operation, step, state, detail, seconds))

    def _write(self) -> None:
        lines, self._story = self._story, []
        self.world.store.operations.add_events(self.operation, lines)
