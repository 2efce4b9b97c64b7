"""What the store hands out about agents. Times are seconds since 1970."""

from enum import StrEnum
from typing import NamedTuple

from leadengine_agent.reports import Heartbeat, Report
from leadengine_agent.values import Frozen


class AgentRecord(Frozen):
    """The agent of a host, as the panel knows it.

    Attributes:
        public_key: its Ed25519 key, base64.
        counter: how often its credential has been rotated; exposes a clone.
        last_seen: when its last heartbeat came; None: none has.
        revoked_at, revoked_why: when and why it lost access; None and empty: it has access.
    """

    host: str
    public_key: str
    counter: int
    version: str
    enrolled_at: float
    rotated_at: float | None = None
    last_seen: float | None = None
    revoked_at: float | None = None
    revoked_why: str = ""


class HeartbeatRecord(Frozen):
    """The newest heartbeat of a host.

    Attributes:
        received_at: the panel's clock; `sent_at`: the host's.
        interval: how many seconds lie between two reports of this host, as the panel told it.
    """

    host: str
    received_at: float
    sent_at: float
    interval: float
    heartbeat: Heartbeat


class HealthRecord(Frozen):
    """How a host was for `span` seconds from `at` on; the free sizes are the smallest seen."""

    host: str
    at: int
    span: int
    samples: int
    well: int
    disk_free: int
    memory_free: int


class AgentEventRecord(Frozen):
    """An event of a host. `id` rises in the order of arrival, which per host is the order on it."""

    id: int
    host: str
    boot: str
    seq: int
    at: float
    received_at: float
    kind: str
    client: str
    what: str
    state: str
    detail: str
    actor: str


class UsageRecord(Frozen):
    """What a client used on a day (UTC). `llm_micros`: millionths of a dollar."""

    client: str
    day: str
    host: str
    api_calls: int
    visitors: int
    leads: int
    llm_micros: int


class Received(NamedTuple):
    """A request of an agent whose signature was good, on its way into the store.

    Attributes:
        assertion, expires_at: the id of the assertion it came with; each is good once.
        counter: the agent's own count of its rotations.
        report: what it brought; None: it only asks for something.
    """

    host: str
    assertion: str
    expires_at: float
    counter: int
    report: Report | None = None


class Verdict(StrEnum):
    """What becomes of a request.

    `rotate`: the agent has missed the answer to its last rotation and has to ask for it again.
    """

    TAKEN = "taken"
    REPLAYED = "replayed"
    UNKNOWN = "unknown"
    LOCKED = "locked"
    ROTATE = "rotate"


class QueueState(StrEnum):
    """How far a queued task is. `unsigned`: an operator has to sign it before it is handed out."""

    UNSIGNED = "unsigned"
    QUEUED = "queued"
    FETCHED = "fetched"
    ENDED = "ended"
    CANCELLED = "cancelled"


class QueuedTask(Frozen):
    """A task that waits for its host's agent. What it carries is asked for on its own.

    Attributes:
        signature: an operator's, for what the host does not do at the panel's word alone.
    """

    id: str
    host: str
    client: str
    verb: str
    actor: str
    signature: str
    state: QueueState
    created_at: float
    changed_at: float
