"""What the store hands out: frozen, typed, and free of database types."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import SecretStr

from leadengine_agent.protocol import SecretName, StackSpec, Target, TargetCredentials
from leadengine_agent.values import Frozen, OperationId, Slug


class ClientRecord(Frozen):
    """A client as the control plane knows it.

    Attributes:
        host: name of the host its stack is on.
        release: the release last activated; None until the first deploy got that far.
        channel: where its releases come from.
        window: when its stack may be touched by a rollout; None: at any time.
        hold: why rollouts leave it alone; empty: they do not.
        config: what was set for this client alone, as `mail.host` -> text; stronger than settings.
    """

    spec: StackSpec
    host: str
    release: str | None = None
    secrets: dict[SecretName, SecretStr] = {}
    channel: str = "stable"
    window: str | None = None
    hold: str = ""
    config: dict[str, str] = {}
    created_at: str = ""

    @property
    def slug(self) -> str:
        return self.spec.client


class HostRecord(Frozen):
    """A known host.

    Attributes:
        host_key: what its SSH server is pinned to.
        facts: JSON of the last check.
        draining: why it takes no new clients; empty: it does.
    """

    name: str
    url: str
    host_key: str | None = None
    facts: str | None = None
    created_at: str = ""
    draining: str = ""


class OperationState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class OperationRecord(Frozen):
    """One operation. `params` is the JSON of its request, `failure` one sentence; no secrets in either."""

    id: OperationId
    verb: str
    client: Slug
    host: str
    params: str
    state: OperationState
    actor: str
    started_at: str
    ended_at: str | None = None
    failure: str | None = None


class EventLine(NamedTuple):
    """A line of an operation's story before it has its number."""

    at: str
    step: str
    state: str
    detail: str = ""
    seconds: float | None = None


class EventRecord(Frozen):
    """One line of an operation's story. `number` counts from 1; `seconds` is None while a step runs."""

    number: int
    at: str
    step: str
    state: str
    detail: str
    seconds: float | None = None


class RolloutState(StrEnum):
    """How a rollout is. `partial`: it ended, and some hosts could not be reached or were not free."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    ABORTED = "aborted"
    PARTIAL = "partial"
    DONE = "done"


class Word(StrEnum):
    """What somebody wants of whoever runs a rollout; obeyed between two clients and in the soak."""

    RUN = "run"
    PAUSE = "pause"
    ABORT = "abort"


class RolloutRecord(Frozen):
    """One rollout.

    Attributes:
        params: the JSON of its request; no secrets.
        wave: the one it is at, from 1; `waves`: how many there are.
        reason: why it is not done, one sentence for people.
        runner: whose process runs it; None: nobody's.
    """

    id: OperationId
    kind: str
    params: str
    state: RolloutState
    wanted: Word = Word.RUN
    wave: int = 1
    waves: int
    actor: str
    started_at: str
    ended_at: str | None = None
    reason: str = ""
    runner: str | None = None


class TargetState(StrEnum):
    """How far a client is. `soaking`: updated and being watched; `postponed`: not free at its turn."""

    WAITING = "waiting"
    RUNNING = "running"
    SOAKING = "soaking"
    UPDATED = "updated"
    FAILED = "failed"
    ROLLED_BACK = "rolled-back"
    UNREACHABLE = "unreachable"
    POSTPONED = "postponed"
    SKIPPED = "skipped"


class TargetRecord(Frozen):
    """A client in a rollout.

    Attributes:
        number: its place in the rollout, from 1.
        current: the release it ran when the rollout was planned.
        path: the releases to go through; empty when only its configuration changes.
        hops: how many of them it has gone through.
        seconds: spent on it; requests, failed: of visitors meanwhile, and those answered with 5xx.
        reason: why it is where it is, when that is not where it should be.
        operation: the record of the last attempt.
    """

    rollout: OperationId
    number: int
    client: Slug
    host: str
    wave: int
    state: TargetState = TargetState.WAITING
    current: str
    path: tuple[str, ...]
    hops: int = 0
    seconds: float = 0.0
    requests: int = 0
    failed: int = 0
    reason: str = ""
    operation: str = ""

    @property
    def to(self) -> str:
        return self.path[-1] if self.path else self.current

    @property
    def failed_step(self) -> tuple[str, str]:
        """From which release to which it failed."""
        stations = (self.current, *self.path)
        return stations[self.hops], stations[self.hops + 1]


class RecoveryKeyRecord(Frozen):
    """A recovery key, by its public half; `actor` registered it."""

    recipient: str
    actor: str
    created_at: str


class RecoveryRecord(Frozen):
    """What is known of a client's recovery points, whether or not the client still exists.

    Attributes:
        report: JSON of what its host said last, at `heard_at`; None: nothing was heard yet.
        kit: JSON with the sealed keys of its storage, as of `kit_at`; None: there is none.
    """

    client: str
    report: str | None = None
    heard_at: str | None = None
    kit: str | None = None
    kit_at: str | None = None


class StorageRecord(Frozen):
    """A place for recovery points that clients may be told to use.

    Attributes:
        target: where it is, as hosts are told.
        credentials: what hosts open it with; None: it needs none.
        pruning_credentials: what removes points where hosts cannot; None: hosts can, or nobody does.
    """

    target: Target
    credentials: TargetCredentials | None = None
    pruning_credentials: TargetCredentials | None = None
    created_at: str = ""

    @property
    def name(self) -> str:
        return self.target.name
