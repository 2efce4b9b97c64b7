"""What the panel keeps: people, how they prove who they are, what they asked for, what was done."""

from enum import StrEnum

from pydantic import ConfigDict, SecretStr

from leadengine_agent.values import Email, Frozen, Line, OperationId, Slug


class Role(StrEnum):
    """What a person may do, the less first; each may do all that the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def covers(self, other: "Role") -> bool:
        return self.rank >= other.rank


class PersonRecord(Frozen):
    """Somebody who may sign in.

    Attributes:
        scope: the clients they may see and act on; None: all.
        active: False: suspended; nothing of theirs works any more.
        password: its argon2id hash; None until they chose one.
        totp: the seed of their one-time codes; None until they set them up.
        totp_step: the newest time step a code was taken for: none is taken twice.
    """

    id: str
    email: Email
    role: Role
    scope: tuple[Slug, ...] | None = None
    active: bool = True
    password: SecretStr | None = None
    totp: SecretStr | None = None
    totp_step: int = 0
    created_at: str = ""

    def may_touch(self, client: str) -> bool:
        return self.scope is None or client in self.scope


class SessionRecord(Frozen):
    """A browser that is signed in; its token is stored as a digest alone.

    Attributes:
        proven: True once the one-time code was right as well.
        rotated_at: when it got its present token, in seconds since 1970.
    """

    digest: str
    person: PersonRecord
    proven: bool
    created_at: float
    seen_at: float
    rotated_at: float


class TokenRecord(Frozen):
    """An API token of a person; it never may more than the person."""

    id: str
    person: str
    name: Line
    role: Role
    created_at: str
    expires_at: str
    used_at: str | None = None
    revoked_at: str | None = None


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRecord(Frozen):
    """Something asked for in the panel, for whichever worker is free.

    Attributes:
        id: also the id of the operation or rollout it becomes.
        verb: a verb of `operations.resume`, or `rollout`.
        subject: the client or the rollout it is about.
        operation: the operation it went on with, which may be an older one of the same request.
        host_key: the fingerprint to trust a new host by.
        failure: what, why and what next, when it failed.
        tries: how often a worker began with it.
    """

    id: OperationId
    verb: str
    subject: str
    params: str
    actor: str
    state: JobState = JobState.WAITING
    operation: str = ""
    host_key: str | None = None
    failure: tuple[str, str, str] | None = None
    tries: int = 0
    created_at: str = ""
    ended_at: str | None = None


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class ApprovalRecord(Frozen):
    """A request that needs a second person.

    Attributes:
        expires: seconds since 1970; after that nobody can agree to it any more.
        job: what it became.
    """

    id: str
    verb: str
    subject: str
    params: str
    asked_by: str
    asked_at: str
    expires: float
    state: ApprovalState = ApprovalState.WAITING
    answered_by: str | None = None
    answered_at: str | None = None
    job: str = ""


class SavedView(Frozen):
    """A view of the fleet under a name. `address`: what stands behind the `/` of the fleet page."""

    model_config = ConfigDict(extra="ignore")

    id: str
    name: str
    address: str


class AuditLine(Frozen):
    """One thing that was done, before it has its place in the chain.

    Attributes:
        actor: who: `ann@example.com`, `ann@desk`, or an agent's host.
        origin: `cli`, `panel`, `api` or `agent`.
        action: what, as `deploy` or `person.add`.
        subject: to whom or what.
        outcome: `asked`, `done`, `failed` or `refused`.
    """

    actor: str
    origin: str
    action: str
    subject: str = ""
    outcome: str = "done"
    detail: str = ""


class AuditEntry(AuditLine):
    """A link of the chain; `digest` covers it and everything before it."""

    number: int
    at: str
    digest: str
