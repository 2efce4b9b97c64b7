"""What the store hands out: frozen, typed, and free of database types."""

from enum import StrEnum

from pydantic import SecretStr

from leadengine_agent.protocol import SecretName, StackSpec
from leadengine_agent.values import Frozen, OperationId, Slug


class ClientRecord(Frozen):
    """A client as the control plane knows it.

    Attributes:
        host: name of the host its stack is on.
        release: the release last activated; None until the first deploy got that far.
    """

    spec: StackSpec
    host: str
    release: str | None = None
    secrets: dict[SecretName, SecretStr] = {}
    created_at: str = ""

    @property
    def slug(self) -> str:
        return self.spec.client


class HostRecord(Frozen):
    """A known host. `host_key` is what its SSH server is pinned to, `facts` JSON of the last check."""

    name: str
    url: str
    host_key: str | None = None
    facts: str | None = None
    created_at: str = ""


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


class EventRecord(Frozen):
    """One line of an operation's story. `number` counts from 1; `seconds` is None while a step runs."""

    number: int
    at: str
    step: str
    state: str
    detail: str
    seconds: float | None = None
