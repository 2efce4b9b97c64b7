"""What the API takes and gives: the contract of `/api/v1`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from leadengine_agent.protocol import StackState
from leadengine_agent.values import Frozen


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Problem(Answer):
    """Why a request was not carried out: what failed, why, what to do next."""

    what: str
    why: str = ""
    hint: str = ""


class Me(Answer):
    """Whose token it is. `clients` null: all."""

    email: str
    role: str
    clients: tuple[str, ...] | None
    panel: str


class ClientAnswer(Answer):
    """A client as the panel knows it. `health` is unknown when its host is silent."""

    client: str
    domain: str
    plan: str
    host: str
    release: str
    channel: str
    window: str | None
    hold: str
    health: Literal["green", "red", "unknown"]
    why: str
    heard_at: float | None
    certificate_days: float | None
    recovery_point: float | None
    visitors: int
    leads: int
    api_calls: int


class Clients(Answer):
    """A page of clients; `total` counts all that fit."""

    clients: tuple[ClientAnswer, ...]
    total: int


class CostAnswer(Answer):
    """`server`: the part of its server, a month; empty: unknown. `model`: dollars since the month began."""

    server: str
    currency: str
    model: float


class DnsAnswer(Answer):
    """What resolvers say of a domain. `silent`: why one said nothing. `forbidden_by`: whose CAA records."""

    domain: str
    is_right: bool
    wanted: tuple[str, ...]
    seen: dict[str, tuple[str, ...]]
    silent: dict[str, str]
    forbidden_by: str


class ClientDetail(Answer):
    """A client, and its host's own answer of this moment where `live` was asked for."""

    client: ClientAnswer
    config: dict[str, dict[str, str]]
    costs: CostAnswer
    stack: StackState | None = None
    problem: str = ""


class LogLines(Answer):
    lines: tuple[str, ...]


class HostAnswer(Answer):
    name: str
    url: str
    reports: bool
    why: str
    clients: int
    disk_free: int | None
    disk_total: int | None
    memory_free: int | None
    memory_total: int | None


class Hosts(Answer):
    hosts: tuple[HostAnswer, ...]


class OperationAnswer(Answer):
    """An operation. `waiting`: nobody has begun with it."""

    id: str
    verb: str
    client: str
    state: str
    actor: str
    host: str = ""
    started_at: str = ""
    ended_at: str | None = None
    failure: str = ""
    why: str = ""
    hint: str = ""


class StepEvent(Answer):
    number: int
    at: str
    step: str
    state: str
    detail: str
    seconds: float | None


class OperationDetail(Answer):
    operation: OperationAnswer
    events: tuple[StepEvent, ...] = ()


class Operations(Answer):
    operations: tuple[OperationAnswer, ...]


class Asked(Answer):
    """What was asked for: the operation to look at, or the request that waits for a second person."""

    operation: str = ""
    rollout: str = ""
    approval: str = ""


class CredentialsAnswer(Answer):
    """The first administrator's sign-in; `password` null: it was shown before."""

    email: str
    password: str | None
    url: str
    client_id: str
    snippet: str
    loader: str


class DeployWanted(Frozen):
    """A deploy; what is left out is taken from the client as it is, else from the settings."""

    client: Annotated[str, Field(max_length=100)]
    domain: Annotated[str, Field(max_length=300)]
    email: Annotated[str, Field(max_length=300)] | None = None
    plan: Annotated[str, Field(max_length=100)] | None = None
    host: Annotated[str, Field(max_length=600)] | None = None
    release: Annotated[str, Field(max_length=100)] | None = None
    host_key: Annotated[str, Field(max_length=100)] | None = None


class RollbackWanted(Frozen):
    """`to`: the number of a generation; null: the one before."""

    to: Annotated[int, Field(ge=1, le=10**9)] | None = None


class SettingsWanted(Frozen):
    """Key -> value, as 'lectl config show' names them; an empty value: the usual one."""

    settings: dict[str, Annotated[str, Field(max_length=1000)]]


class DestroyWanted(Frozen):
    """`confirm`: the client's name once more."""

    confirm: Annotated[str, Field(max_length=100)]


class TargetAnswer(Answer):
    client: str
    host: str
    wave: int
    state: str
    current: str
    to: str
    seconds: float
    requests: int
    failed: int
    reason: str
    operation: str


class RolloutAnswer(Answer):
    id: str
    kind: str
    state: str
    wave: int
    waves: int
    actor: str
    started_at: str
    ended_at: str | None
    reason: str


class RolloutDetail(Answer):
    rollout: RolloutAnswer
    targets: tuple[TargetAnswer, ...]


class Rollouts(Answer):
    rollouts: tuple[RolloutAnswer, ...]


class PlannedTarget(Answer):
    client: str
    host: str
    wave: int
    current: str
    path: tuple[str, ...]


class LeftOut(Answer):
    client: str
    host: str
    current: str
    why: str


class PlanAnswer(Answer):
    targets: tuple[PlannedTarget, ...]
    skipped: tuple[LeftOut, ...]


class AuditAnswer(Answer):
    number: int
    at: str
    actor: str
    origin: str
    action: str
    subject: str
    outcome: str
    detail: str
    digest: str


class Trail(Answer):
    entries: tuple[AuditAnswer, ...]
