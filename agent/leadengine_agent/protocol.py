"""What a task, an event and an outcome look like: the whole language between a control plane and a host.

One task is one JSON object on standard input of `leadengine-agent submit`; the answer is one JSON
object a line on standard output: `Event` values and, last, one `Outcome`. The list of verbs is
closed. Nothing in it is a command, a path or a template of the sender's choosing, except the files
of a release, which are kept under the hash of their content.
"""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, TypeAdapter

from leadengine_agent.values import (
    ClientId,
    Digest,
    DomainName,
    Email,
    Frozen,
    HexColour,
    HostName,
    HttpsUrl,
    Line,
    OperationId,
    Port,
    Repository,
    Slug,
    Url,
    Version,
)

ServiceName = Literal["db", "redis", "chromadb", "api-blue", "api-green", "worker", "nginx"]
SERVICES: tuple[ServiceName, ...] = (
    "db",
    "redis",
    "chromadb",
    "api-blue",
    "api-green",
    "worker",
    "nginx",
)
ImageName = Literal["api", "worker", "db", "redis", "chromadb", "nginx"]
Colour = Literal["blue", "green"]
Plan = Literal["hosted", "dedicated", "self-hosted", "enterprise"]


class SecretName(StrEnum):
    """Secrets an operator may hand to a stack. The stack's own secrets are made on the host."""

    LLM_API_KEY = "llm_api_key"
    IPINFO_TOKEN = "ipinfo_token"  # noqa: S105
    SMTP_PASS = "smtp_pass"  # noqa: S105
    SLACK_WEBHOOK = "slack_webhook"


# --- spec -----------------------------------------------------------------------------------


class Brand(Frozen):
    primary: HexColour = "#0B8C00"
    logo: HttpsUrl | None = None


class Mail(Frozen):
    """The SMTP submission service of a stack. Without a host the stack sends no mail."""

    host: HostName | None = None
    port: Port = 587
    user: Line | None = None
    sender: Email | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"


class Acme(Frozen):
    """Where certificates come from.

    Attributes:
        directory: the ACME directory (RFC 8555 section 7.1.1).
        trust: PEM certificates to trust when talking to it, for a private CA; None: the public ones.
    """

    directory: Url = "https://acme-v02.api.letsencrypt.org/directory"
    trust: Annotated[str, Field(max_length=100_000)] | None = None


class StackSpec(Frozen):
    """The typed configuration of one client's stack; secrets are not in it."""

    client: Slug
    client_id: ClientId
    domain: DomainName
    email: Email
    plan: Plan = "dedicated"
    brand: Brand = Brand()
    mail: Mail = Mail()
    acme: Acme = Acme()


# --- release --------------------------------------------------------------------------------


class ImageRef(Frozen):
    """One image of a release, named by content.

    Attributes:
        repository: where it is published, for people and for pulling.
        digest: the manifest's digest when `pulled` from a registry, else the image id.
        pulled: True: a registry serves it; False: it is carried to the host with the release.
    """

    repository: Repository
    digest: Digest
    pulled: bool

    @property
    def reference(self) -> str:
        """The words Docker finds this image by, on any host that has it."""
        return f"{self.repository}@{self.digest}" if self.pulled else self.digest


class Release(Frozen):
    """The manifest of an immutable release.

    Attributes:
        schema_head: the database revision its migrations end at.
        stand_ins: images built from Debian's packages in place of the official ones.
        templates: path below the release's templates folder -> sha256 of the content.
    """

    version: Version
    images: dict[ImageName, ImageRef]
    schema_head: Annotated[str, Field(pattern=r"^[0-9a-z_]{1,64}$")]
    stand_ins: tuple[ImageName, ...] = ()
    templates: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._/-]{0,99}$")], Digest]


class RegistryLogin(Frozen):
    registry: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?$")]
    user: Line
    password: SecretStr


# --- verbs ----------------------------------------------------------------------------------


class InstallRelease(Frozen):
    """Keep a release on the host and have its images ready, pulled by digest where they are published."""

    verb: Literal["install-release"] = "install-release"
    release: Release
    files: dict[str, Annotated[str, Field(max_length=500_000)]]
    login: RegistryLogin | None = None


class Activate(Frozen):
    """Bring the client's stack to this spec and release; the heart of deploy, update and rollback."""

    verb: Literal["activate"] = "activate"
    spec: StackSpec
    release: Version
    secrets: dict[SecretName, SecretStr] = {}


class Certify(Frozen):
    """Get or renew the certificate if it is due and the domain points here.

    Attributes:
        client: whose certificate; None: every stack of the host.
        scheduled: respect the back-off of earlier failures; else a person asked and only the CA's
            own limits count.
    """

    verb: Literal["certify"] = "certify"
    client: Slug | None = None
    scheduled: bool = False


class Inspect(Frozen):
    """Say how the host and its stacks are; changes nothing. `client` None: all of them."""

    verb: Literal["inspect"] = "inspect"
    client: Slug | None = None


class Logs(Frozen):
    verb: Literal["logs"] = "logs"
    client: Slug
    service: ServiceName | None = None
    lines: Annotated[int, Field(ge=1, le=10_000)] = 100


class Credentials(Frozen):
    """Read the first administrator's password, or, with `forget`, delete it: it is shown once."""

    verb: Literal["credentials"] = "credentials"
    client: Slug
    forget: bool = False


class Decommission(Frozen):
    """Remove a stack and all its data from the host."""

    verb: Literal["decommission"] = "decommission"
    client: Slug


Order = Annotated[
    InstallRelease | Activate | Certify | Inspect | Logs | Credentials | Decommission,
    Field(discriminator="verb"),
]

READ_ONLY = frozenset({"inspect", "logs", "credentials"})
"""Verbs that take no lock and leave no trace in the journal."""

FENCED = frozenset({"activate", "decommission"})
"""Verbs of which only the newest order for a client may still act."""


class Task(Frozen):
    """One order to an agent.

    Attributes:
        protocol: raised when an older agent could misunderstand a task; it refuses what it does
            not speak.
        id: idempotency key: the same id never starts a second run. A finished task answers with its
            recorded outcome, a failed or interrupted one is taken up again.
        actor: who ordered it, for the host's own record.
    """

    protocol: Literal[1] = 1
    id: OperationId
    actor: Line = "unknown"
    order: Order


# --- answers --------------------------------------------------------------------------------


class StepState(StrEnum):
    STARTED = "started"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Event(Frozen):
    """Something happened while a task ran.

    Attributes:
        step: the step's name, as in `STEPS` of the verb.
        detail: one sentence for people, free of secrets.
        seconds: how long the step took; None while it runs.
    """

    kind: Literal["event"] = "event"
    task: OperationId
    step: str
    state: StepState
    detail: str = ""
    seconds: float | None = None


class FailureCode(StrEnum):
    """Why a task failed, for programs; the words are in `Failure`."""

    INVALID = "invalid"
    NOT_FOUND = "not-found"
    LOCKED = "locked"
    CONFLICT = "conflict"
    SUPERSEDED = "superseded"
    PORT_TAKEN = "port-taken"
    DISK_FULL = "disk-full"
    IMAGE_MISSING = "image-missing"
    REGISTRY = "registry"
    MIGRATION = "migration"
    UNHEALTHY = "unhealthy"
    NGINX = "nginx"
    CERTIFICATE = "certificate"
    DOCKER = "docker"
    INTERNAL = "internal"


class Failure(Frozen):
    """What failed, why, what to do next; and the last lines that show it."""

    code: FailureCode
    what: str
    why: str
    hint: str
    step: str = ""
    logs: tuple[str, ...] = ()


class Outcome(Frozen):
    """The end of a task. Exactly one of `failure` and a meaningful `result` counts."""

    kind: Literal["outcome"] = "outcome"
    task: OperationId
    failure: Failure | None = None
    result: dict[str, Any] = {}


class ServiceState(Frozen):
    service: ServiceName
    state: str
    health: Literal["healthy", "unhealthy", "starting", "none"] = "none"
    image: str = ""
    started_at: str = ""


class CertificateState(Frozen):
    """The certificate that nginx *serves*, read from a TLS handshake, and what happens next.

    Attributes:
        issuer_kind: `self-signed` until a CA answered, `local` for private names, `acme` otherwise.
        advice: one sentence: what to point where, or why the last attempt failed; empty when all is well.
    """

    issuer_kind: Literal["self-signed", "local", "acme", "none"]
    issuer: str = ""
    serial: str = ""
    not_after: str = ""
    advice: str = ""
    root_pem: str = ""


class StackState(Frozen):
    client: Slug
    domain: DomainName
    client_id: ClientId
    release: Version
    generation: int
    colour: Colour
    healthy: bool
    services: tuple[ServiceState, ...]
    certificate: CertificateState


class HostState(Frozen):
    """What `inspect` answers. Sizes are in bytes, `clock` is the host's UTC time in ISO 8601."""

    agent_version: str
    engine_version: str
    clock: str
    memory: int
    disk_free: int
    disk_total: int
    stacks: tuple[StackState, ...] = ()


class ActivateResult(Frozen):
    generation: int
    changed: bool
    stack: StackState
    mail: Literal["sent", "failed", "not-configured", "unchanged"]
    mail_detail: str = ""


class CertifyResult(Frozen):
    """What is still missing for each client's certificate; an empty sentence when nothing is."""

    advice: dict[Slug, str] = {}


class CredentialsResult(Frozen):
    """The first administrator's sign-in. `password` None: it was shown and forgotten.

    The one result that carries a secret: it is printed once and never stored.
    """

    email: Email
    password: SecretStr | None = None

    def to_result(self) -> dict[str, Any]:
        """The outcome's `result`, with the password in clear: for the wire alone."""
        password = self.password.get_secret_value() if self.password else None
        return {"email": self.email, "password": password}


class LogsResult(Frozen):
    """The last lines of a stack's services, oldest first, as Docker prints them."""

    lines: tuple[str, ...] = ()


Answer = Annotated[Event | Outcome, Field(discriminator="kind")]
answer_adapter: TypeAdapter[Event | Outcome] = TypeAdapter(Answer)


def encode_task(task: Task) -> bytes:
    """One line of JSON for the wire. The only place where a task's secrets are written out."""
    return json.dumps(task.model_dump(), default=_reveal).encode() + b"\n"


def _reveal(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    message = f"a task cannot carry a {type(value).__name__}"
    raise TypeError(message)
