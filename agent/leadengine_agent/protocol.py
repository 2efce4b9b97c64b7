"""What a task, an event and an outcome look like: the whole language between a control plane and a host.

One task is one JSON object on standard input of `leadengine-agent submit`; the answer is one JSON
object a line on standard output: `Event` values and, last, one `Outcome`. The list of verbs is
closed. Nothing in it is a command, a path or a template of the sender's choosing, except the files
of a release, which are kept under the hash of their content.
"""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SecretStr, TypeAdapter

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
    Revision,
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


class DatabaseSchema(Frozen):
    """What a release knows of the database: the revisions of its migrations, oldest first.

    Attributes:
        lineage: every revision up to this release's own, which is the last.
        contract: those of them that take away or change what older code needs; all others only add.
        oldest_compatible: the oldest revision whose code still runs on this release's schema.
    """

    lineage: Annotated[tuple[Revision, ...], Field(min_length=1, max_length=10_000)]
    contract: tuple[Revision, ...] = ()
    oldest_compatible: Revision

    @property
    def head(self) -> Revision:
        """The revision its migrations end at."""
        return self.lineage[-1]

    def serves(self, revision: Revision) -> bool:
        """True when code that was written for `revision` runs on this schema."""
        oldest = self.lineage.index(self.oldest_compatible)
        return revision in self.lineage[oldest:]

    def pending(self, revision: Revision | None) -> tuple[Revision, ...]:
        """What a database at `revision` (None: an empty one) lacks."""
        if revision is None:
            return self.lineage
        return self.lineage[self.lineage.index(revision) + 1 :] if revision in self.lineage else ()


class Release(Frozen):
    """The manifest of an immutable release.

    Attributes:
        agent: the agent that is published with it.
        database: its schema.
        min_from: the oldest version that may be updated straight to this one; None: any.
        stop: True: no update may pass over this version.
        agent_floor: the oldest agent that can run it.
        engine_floor: the oldest Docker Engine that can run it.
        notes: what is new, for people.
        stand_ins: images built from Debian's packages in place of the official ones.
        templates: path below the release's templates folder -> sha256 of the content.
    """

    version: Version
    images: dict[ImageName, ImageRef]
    agent: ImageRef
    database: DatabaseSchema
    min_from: Version | None = None
    stop: bool = False
    agent_floor: Version = "0.0.0"
    engine_floor: Version = "20.10.0"
    notes: Annotated[str, Field(max_length=10_000)] = ""
    stand_ins: tuple[ImageName, ...] = ()
    templates: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._/-]{0,99}$")], Digest]


def manifest_name(version: Version) -> str:
    """The target of the signed metadata that is a release's manifest; `+` means space in some URLs."""
    return f"{version.replace('+', '_')}/manifest.json"


class RegistryLogin(Frozen):
    registry: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?$")]
    user: Line
    password: SecretStr


# --- verbs ----------------------------------------------------------------------------------


MetadataName = Annotated[
    str, Field(pattern=r"^([1-9][0-9]{0,8}\.(root|snapshot|targets)|timestamp)\.json$")
]


class InstallRelease(Frozen):
    """Keep a release on the host and have its images ready, pulled by digest where they are published.

    The agent believes nothing in it but what the publisher it has pinned has signed.

    Attributes:
        metadata: the publisher's metadata (The Update Framework), file name -> text.
        manifest: JSON of the `Release`, byte for byte as it was signed.
        files: path of each template that the manifest names -> text.
    """

    verb: Literal["install-release"] = "install-release"
    version: Version
    metadata: Annotated[
        dict[MetadataName, Annotated[str, Field(max_length=1_000_000)]], Field(max_length=300)
    ]
    manifest: Annotated[str, Field(max_length=200_000)]
    files: Annotated[dict[str, Annotated[str, Field(max_length=500_000)]], Field(max_length=100)]
    login: RegistryLogin | None = None


Seconds = Annotated[int, Field(ge=0, le=86_400)]


class Activate(Frozen):
    """Bring the client's stack to this spec and release; the heart of deploy, update and rollback.

    Attributes:
        expects: the release that the order was planned against; the agent refuses when another one
            runs. None: whatever runs, as long as it is not newer.
        bake: how long the new generation is watched in service before the old one is let go.
        contract: True: a person allowed migrations that older code cannot live with.
        retry: True: a person asks again for what was rolled back automatically before.
    """

    verb: Literal["activate"] = "activate"
    spec: StackSpec
    release: Version
    secrets: dict[SecretName, SecretStr] = {}
    expects: Version | None = None
    bake: Seconds = 0
    contract: bool = False
    retry: bool = False


class Rollback(Frozen):
    """Bring back release and spec of an earlier generation, as a new generation.

    Attributes:
        to: the generation's number; None: the one before the current one.
    """

    verb: Literal["rollback"] = "rollback"
    client: Slug
    to: Annotated[int, Field(ge=1)] | None = None
    bake: Seconds = 0


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


class Vitals(Frozen):
    """Say how the host is, as cheap as it can be known, and what has happened since; changes nothing.

    The reporter asks it twice a minute. Answers a `VitalsResult`.

    Attributes:
        journal, after: how far the asker has taken over the record of this host.
        usage: True: also what the clients used; that is asked of their stacks.
    """

    verb: Literal["vitals"] = "vitals"
    journal: Annotated[str, Field(max_length=32)] = ""
    after: Annotated[int, Field(ge=0)] = 0
    usage: bool = False


class Heal(Frozen):
    """Start again what has died and bind again what has lost its network; `scheduled`: if anything has."""

    verb: Literal["heal"] = "heal"
    scheduled: bool = False


class UpdateAgent(Frozen):
    """Replace the agent by the one of a release that this host has verified; the old one comes back by
    itself when the new one does not answer."""

    verb: Literal["update-agent"] = "update-agent"
    release: Version


Order = Annotated[
    InstallRelease
    | Activate
    | Rollback
    | Certify
    | Inspect
    | Logs
    | Credentials
    | Decommission
    | Vitals
    | Heal
    | UpdateAgent,
    Field(discriminator="verb"),
]

READ_ONLY = frozenset({"inspect", "logs", "credentials", "vitals"})
"""Verbs that take no lock and leave no trace in the journal."""

FENCED = frozenset({"activate", "rollback", "decommission"})
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


class Answered(Frozen):
    """What an agent says. A field that a newer agent added is passed over, not refused."""

    model_config = ConfigDict(extra="ignore")


class StepState(StrEnum):
    STARTED = "started"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Event(Answered):
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
    HEADROOM = "headroom"
    GATE = "gate"
    REFUSED = "refused"
    SIGNATURE = "signature"
    NGINX = "nginx"
    CERTIFICATE = "certificate"
    DOCKER = "docker"
    INTERNAL = "internal"


class Failure(Answered):
    """What failed, why, what to do next; and the last lines that show it.

    Attributes:
        rolled_back: True: the generation was in service, and the one before it is again.
    """

    code: FailureCode
    what: str
    why: str
    hint: str
    step: str = ""
    logs: tuple[str, ...] = ()
    rolled_back: bool = False


class Outcome(Answered):
    """The end of a task. Exactly one of `failure` and a meaningful `result` counts."""

    kind: Literal["outcome"] = "outcome"
    task: OperationId
    failure: Failure | None = None
    result: dict[str, Any] = {}


class ServiceState(Answered):
    service: ServiceName
    state: str
    health: Literal["healthy", "unhealthy", "starting", "none"] = "none"
    image: str = ""
    started_at: str = ""


class CertificateState(Answered):
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


class StackState(Answered):
    client: Slug
    domain: DomainName
    client_id: ClientId
    release: Version
    generation: int
    colour: Colour
    healthy: bool
    services: tuple[ServiceState, ...]
    certificate: CertificateState


class HostState(Answered):
    """What `inspect` answers. Sizes are in bytes, `clock` is the host's UTC time in ISO 8601."""

    agent_version: str
    engine_version: str
    clock: str
    memory: int
    disk_free: int
    disk_total: int
    stacks: tuple[StackState, ...] = ()


class Traffic(Answered):
    """The visitors' requests that nginx answered while a generation was activated and watched.

    Attributes:
        failed: answers of 500 and above.
        p95: seconds within which 95 of 100 were answered; None: too few to say.
    """

    requests: int = 0
    failed: int = 0
    p95: float | None = None


class ActivateResult(Answered):
    """The end of an activation or a rollback.

    Attributes:
        previous: the release that ran before; None: there was none.
        spec: what the stack now is, which a rollback takes from the earlier generation.
    """

    generation: int
    changed: bool
    stack: StackState
    mail: Literal["sent", "failed", "not-configured", "unchanged"]
    mail_detail: str = ""
    previous: Version | None = None
    spec: StackSpec | None = None
    traffic: Traffic = Traffic()


class CertifyResult(Answered):
    """What is still missing for each client's certificate; an empty sentence when nothing is."""

    advice: dict[Slug, str] = {}


class CredentialsResult(Answered):
    """The first administrator's sign-in. `password` None: it was shown and forgotten.

    The one result that carries a secret: it is printed once and never stored.
    """

    email: Email
    password: SecretStr | None = None

    def to_result(self) -> dict[str, Any]:
        """The outcome's `result`, with the password in clear: for the wire alone."""
        password = self.password.get_secret_value() if self.password else None
        return {"email": self.email, "password": password}


class LogsResult(Answered):
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
