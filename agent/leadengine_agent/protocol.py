"""What a task, an event and an outcome look like: the whole language between a control plane and a host.

One task is one JSON object on standard input of `leadengine-agent submit`; the answer is one JSON
object a line on standard output: `Event` values and, last, one `Outcome`. The list of verbs is
closed. Nothing in it is a command, a path or a template of the sender's choosing, except the files
of a release, which are kept under the hash of their content.
"""

import json
from collections.abc import Set
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, SecretStr, StrictBool, TypeAdapter, model_validator

from leadengine_agent.values import (
    AgeRecipient,
    Bucket,
    ClientId,
    CompanyName,
    Digest,
    Dollars,
    DomainName,
    Email,
    Frozen,
    HexColour,
    HostName,
    HttpsUrl,
    LicenceText,
    Line,
    ModelName,
    ModelPrices,
    OperationId,
    PointId,
    Port,
    PrivateNetworks,
    Region,
    Repository,
    RepositoryFolder,
    Revision,
    SlackChannel,
    Slug,
    SshHostKey,
    StorePath,
    TargetName,
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
    REPLY_SECRET = "reply_secret"  # noqa: S105
    SLACK_BOT_TOKEN = "slack_bot_token"  # noqa: S105
    SLACK_SIGNING_SECRET = "slack_signing_secret"  # noqa: S105
    SHOPIFY_SECRET = "shopify_secret"  # noqa: S105
    CRAWL_AUTHORITIES = "crawl_authorities"
    """Not secret, but a file of its own: PEM certificates that intranet websites are trusted by."""
    DATABASE_ELSEWHERE = "database_elsewhere"
    """The URL of a database that somebody else runs, as its owner."""
    REDIS_ELSEWHERE = "redis_elsewhere"
    DATA_AUTHORITIES = "data_authorities"
    """Not secret, but a file of its own: PEM certificates of who signs for database and Redis elsewhere."""
    SHARED_SECRET = "shared_secret"  # noqa: S105
    """Of a stack whose data is elsewhere: all of its machines work out the same secrets from it."""


# --- spec -----------------------------------------------------------------------------------


class Brand(Frozen):
    """How a client looks before its visitors. `name`: what it calls itself; None: its name here."""

    name: CompanyName | None = None
    primary: HexColour = "#0B8C00"
    logo: HttpsUrl | None = None


class Mail(Frozen):
    """The SMTP submission service of a stack. Without a host the stack sends no mail."""

    host: HostName | None = None
    port: Port = 587
    user: Line | None = None
    sender: Email | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"


class Replies(Frozen):
    """Where people answer calls of visitors, besides the dashboard. The secrets are beside the spec.

    Attributes:
        mailbox: whose mail, with whatever stands behind a `+`, is handed to the stack.
        slack_channel: where an app of Slack's writes, as `C024BE91L`.
    """

    mailbox: Email | None = None
    slack_channel: SlackChannel | None = None


class LanguageModel(Frozen):
    """Which language model answers, where, and what it may cost. None: as the images have it.

    Without the secret `llm_api_key` none is asked.

    Attributes:
        base_url: the service's address, such as a gateway in the client's region.
        monthly_budget: dollars; past it answers are quotations until the month ends. 0 switches it off.
        prices: dollars for a million tokens read and written, by model.
        tokens: the longest answer.
        seconds: how long the next part of an answer may take.
    """

    model: ModelName | None = None
    base_url: Url | None = None
    monthly_budget: Dollars | None = None
    prices: ModelPrices | None = None
    tokens: Annotated[int, Field(ge=50, le=4000)] | None = None
    seconds: Annotated[int, Field(ge=1, le=60)] | None = None


class Crawl(Frozen):
    """What may be read besides websites of the internet.

    Attributes:
        networks: private networks whose websites may be read, for an intranet; None: none.
    """

    networks: PrivateNetworks | None = None


ProofValue = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""What a TXT record says in DNS-01: a SHA-256 in base64url (RFC 8555 section 8.4)."""


class Acme(Frozen):
    """Where certificates come from.

    Attributes:
        directory: the ACME directory (RFC 8555 section 7.1.1).
        trust: PEM certificates to trust when talking to it, for a private CA; None: the public ones.
    """

    directory: Url = "https://acme-v02.api.letsencrypt.org/directory"
    trust: Annotated[str, Field(max_length=100_000)] | None = None


class LocalTarget(Frozen):
    """A repository in a folder of the host: a second disk or a mounted share.

    The folder must be there. Clients may share it: each has a repository of its own below it.
    """

    kind: Literal["local"] = "local"
    name: TargetName = "local"
    folder: RepositoryFolder

    @property
    def append_only(self) -> bool:
        """Never: root of the host can do with it what it wants."""
        return False


Pem = Annotated[str, Field(max_length=100_000)]


class S3Target(Frozen):
    """A repository in a bucket of AWS, DigitalOcean Spaces, Hetzner, MinIO and the like.

    Its credentials are the access key's id (`user`) and the secret access key (`secret`).

    Attributes:
        append_only: True: the host's key may not delete (bucket policy, versioning); points that are
            no longer kept are only marked, and `Prune` removes them with another key.
        trust: PEM certificates to trust, for a private CA; None: the public ones.
    """

    kind: Literal["s3"] = "s3"
    name: TargetName = "offsite"
    endpoint: Url
    bucket: Bucket
    prefix: StorePath = "leadengine"
    region: Region | None = None
    append_only: bool = True
    trust: Pem | None = None


class SftpTarget(Frozen):
    """A repository behind an SFTP server; `secret` of its credentials is an OpenSSH private key.

    Attributes:
        host_key: the server's public key; another one is refused.
        folder: relative to where the account lands.
    """

    kind: Literal["sftp"] = "sftp"
    name: TargetName = "offsite"
    host: HostName
    port: Port = 22
    user: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_.-]{0,31}$")]
    host_key: SshHostKey
    folder: StorePath = "leadengine"
    append_only: bool = True


class RestTarget(Frozen):
    """A repository on a restic REST server, best run with `--append-only`.

    Attributes:
        url: the server's address; the client's repository lies below it.
    """

    kind: Literal["rest"] = "rest"
    name: TargetName = "offsite"
    url: Url
    append_only: bool = True
    trust: Pem | None = None


Target = Annotated[LocalTarget | S3Target | SftpTarget | RestTarget, Field(discriminator="kind")]


class TargetCredentials(Frozen):
    """What opens a target's storage. Handed over beside the spec like a secret, never part of it."""

    user: Line = ""
    secret: SecretStr


class Retention(Frozen):
    """How many points stay: the newest of each of the last so many hours, days, weeks and months.

    Where a period has no good point, the nearest good one older than it stands in.

    Attributes:
        within_days: every point younger than this stays, whatever the numbers say: whoever can add
            points with times of their choosing cannot push a real one out.
    """

    hourly: Annotated[int, Field(ge=0, le=168)] = 24
    daily: Annotated[int, Field(ge=1, le=366)] = 14
    weekly: Annotated[int, Field(ge=0, le=104)] = 8
    monthly: Annotated[int, Field(ge=0, le=120)] = 12
    within_days: Annotated[int, Field(ge=1, le=366)] = 7


class BackupSchedule(Frozen):
    """When a host takes a client's points by itself.

    Attributes:
        every: `hourly`, `daily` or `never` (only when somebody asks, and before updates).
        window: of `daily`: the hours, UTC, within which it happens: begin inclusive, end exclusive,
            over midnight when the end is not after the beginning. Each client has its own fixed minute
            in it, so that a fleet does not start at once.
        drill_days: how often a point is restored into scratch containers and compared; 0: never.
    """

    every: Literal["hourly", "daily", "never"] = "daily"
    window: tuple[Annotated[int, Field(ge=0, le=23)], Annotated[int, Field(ge=0, le=23)]] = (1, 5)
    drill_days: Annotated[int, Field(ge=0, le=90)] = 7


class BackupPolicy(Frozen):
    """Where a client's recovery points go, how often, how long they stay, who may open them.

    Without a target nothing is backed up, and every state says so.

    Attributes:
        recipients: the operators' offline recovery keys. The repository's password leaves the host
            only sealed to them.
    """

    targets: Annotated[tuple[Target, ...], Field(max_length=4)] = ()
    schedule: BackupSchedule = BackupSchedule()
    keep: Retention = Retention()
    recipients: Annotated[tuple[AgeRecipient, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [target.name for target in self.targets]
        if len(names) != len(set(names)):
            message = "each backup target of a client has a name of its own"
            raise ValueError(message)
        return self

    def target(self, name: TargetName) -> Target | None:
        """The target of this name."""
        return next((each for each in self.targets if each.name == name), None)


class Identity(Frozen):
    """Whom a stack's visitors meet: its name, the ID in snippets, and the domain it is served below."""

    client: Slug
    client_id: ClientId
    domain: DomainName


Kind = Literal["dedicated", "hosted"]
"""Whether a stack is one client's own, or one that clients share."""


def names_of(kind: Kind, domain: str) -> tuple[str, ...]:
    """The names that a stack of this kind is served under; the first one is people's."""
    return (domain,) if kind == "dedicated" else (f"app.{domain}", f"cdn.{domain}")


class StackSpec(Frozen):
    """The typed configuration of one stack; secrets are not in it.

    Attributes:
        client: whose stack it is; of a hosted one: what the stack itself is called.
        domain: where it is served; a hosted one below it, as `app.` and `cdn.`.
        wildcard: its certificate is for every name right below the domain; a dedicated one is served
            under each of them.
        elsewhere: database and Redis are run by somebody else, and found by URLs that are secrets. Whoever
            runs them keeps recovery points: the stack takes none.
        vectors_url: a Chroma that somebody else runs; None: the stack has its own.
        beside: another stack with the same data, as which this one serves; `domain` names this machine alone.
        licence: of a client that runs the stack itself. Nothing of a stack depends on it but a sentence.
    """

    client: Slug
    kind: Kind = "dedicated"
    client_id: ClientId
    domain: DomainName
    wildcard: StrictBool = False
    email: Email
    plan: Plan = "dedicated"
    licence: LicenceText = ""
    brand: Brand = Brand()
    mail: Mail = Mail()
    replies: Replies = Replies()
    llm: LanguageModel = LanguageModel()
    crawl: Crawl = Crawl()
    acme: Acme = Acme()
    elsewhere: StrictBool = False
    vectors_url: Url | None = None
    beside: Identity | None = None
    backup: BackupPolicy = BackupPolicy()

    @model_validator(mode="after")
    def _shares_what_is_elsewhere(self) -> Self:
        if self.vectors_url and not self.elsewhere:
            message = "vectors are elsewhere where the database is"
            raise ValueError(message)
        if self.beside and not self.vectors_url:
            message = "a stack serves beside another when database, Redis and vectors are elsewhere"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _keeps_points_of_its_own_data(self) -> Self:
        if self.elsewhere and self.backup.targets:
            message = (
                "a stack whose database is elsewhere takes no recovery points: whoever runs the"
                " database does; set backup.targets=none"
            )
            raise ValueError(message)
        return self

    def changed_by(self, other: "StackSpec") -> tuple[str, ...]:
        """The fields that are others there. Where backups go is never one: a way back leaves it as it is."""
        names = [name for name in StackSpec.model_fields if name != "backup"]
        return tuple(name for name in names if getattr(self, name) != getattr(other, name))

    @property
    def names(self) -> tuple[str, ...]:
        """The names it is served under; the first one is people's."""
        return names_of(self.kind, self.identity.domain)

    @property
    def identity(self) -> Identity:
        """As whom it serves."""
        own = Identity(client=self.client, client_id=self.client_id, domain=self.domain)
        return self.beside or own

    @property
    def served(self) -> tuple[str, ...]:
        """What nginx answers to: the names, and every name below a dedicated one's if it is so wanted."""
        more = self.wildcard and self.kind == "dedicated"
        return (*self.names, f"*.{self.domain}") if more else self.names

    @property
    def certified(self) -> tuple[str, ...]:
        """What the certificate should be for; a name that a wildcard covers would be refused beside it."""
        if not self.wildcard:
            return self.names
        below = f"*.{self.identity.domain}"
        return (self.domain, below) if self.kind == "dedicated" else (below,)


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


Floors = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){1,2}( [0-9]+(\.[0-9]+){1,2}){0,9}$")]
Component = Literal["engine", "containerd", "runc", "nginx", "postgres", "redis"]
"""What an audit compares with the floors of a release."""


class Release(Frozen):
    """The manifest of an immutable release.

    Attributes:
        agent: the agent that is published with it.
        database: its schema.
        min_from: the oldest version that may be updated straight to this one; None: any.
        stop: True: no update may pass over this version.
        agent_floor: the oldest agent that can run it.
        engine_floor: the oldest Docker Engine that can run it.
        component_floors: versions below which a component has a known hole, the lines that are looked
            after with a space between; an audit reports what is older.
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
    component_floors: dict[Component, Floors] = {}
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
        credentials: what opens the backup targets; those that are not named keep what they have.
        without_backup: True: a person said that data or schema may change without a recovery point
            from before. Else, with targets in the policy: no backup, no update.
    """

    verb: Literal["activate"] = "activate"
    spec: StackSpec
    release: Version
    secrets: dict[SecretName, SecretStr] = {}
    credentials: dict[TargetName, TargetCredentials] = {}
    expects: Version | None = None
    bake: Seconds = 0
    contract: bool = False
    retry: bool = False
    without_backup: bool = False


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


class CertifyAhead(Frozen):
    """Get the certificate before the domain points here, by a TXT record (RFC 8555, DNS-01).

    The host has no credentials for anybody's DNS: it tells the record as `Event.proof`, and goes on when
    `Proven` says that the record is there. Answers a `CertifyResult`. Renewals are `Certify`'s, but for
    wildcards, which no other way proves.

    Attributes:
        patience: seconds to wait for the record; the host takes no other order meanwhile.
    """

    verb: Literal["certify-ahead"] = "certify-ahead"
    client: Slug
    patience: Annotated[int, Field(ge=30, le=3600)] = 600


class Proven(Frozen):
    """Say that a TXT record which `CertifyAhead` waits for is to be seen. Answers nothing."""

    verb: Literal["proven"] = "proven"
    client: Slug
    value: ProofValue


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


# --- verbs of backup and restore ---------------------------------------------------------------

Part = Literal["database", "files", "vectors"]
"""What a restore can be limited to. `files`: uploads and the stack's own folder (secrets, certificates)."""

BackupReason = Literal["manual", "scheduled", "before-update", "before-restore", "move"]


class RecoveryKit(Frozen):
    """All that is needed to read a client's points when panel *and* host are gone, besides the storage.

    It is written sealed to the recipients (age, armoured); its JSON in clear exists only where somebody
    opens it with the offline key, and on the wire of a `restore`, `points` or `prune` that carries it.

    Attributes:
        password: of the client's repositories.
        credentials: target -> what opens its storage, as the host had it.
        host: where the points were taken, for people.
    """

    version: Literal[1] = 1
    client: Slug
    client_id: ClientId
    password: SecretStr
    targets: tuple[Target, ...]
    credentials: dict[TargetName, TargetCredentials] = {}
    host: Line = ""
    made_at: Line = ""


SealedKit = Annotated[
    str, Field(max_length=50_000, pattern=r"^-----BEGIN AGE ENCRYPTED FILE-----\n")
]
"""A `RecoveryKit` as armoured age text."""


class Backup(Frozen):
    """Take a recovery point now and bring it to every target. Answers a `BackupResult`.

    Fails when it has not been read back at *every* target; what is good at some of them stays and is
    listed. `scheduled`: only if one is due; `client` None: then of every stack of the host.
    """

    verb: Literal["backup"] = "backup"
    client: Slug | None = None
    reason: BackupReason = "manual"
    scheduled: bool = False


class Points(Frozen):
    """List a client's recovery points; changes nothing. Answers a `PointsResult`.

    Attributes:
        kit, sealed: read the repository of a kit, sealed to this host's own key or in clear, instead
            of this host's catalogue: on a host that does not know the client.
        target: which repository of the kit; None: the first that answers.
        check: True: ask each target whether the points of the catalogue are really there.
    """

    verb: Literal["points"] = "points"
    client: Slug
    kit: RecoveryKit | None = None
    sealed: SealedKit | None = None
    target: TargetName | None = None
    check: bool = False


class NewIdentity(Frozen):
    """What a restored copy is called, so that it can live beside the one it comes from.

    Attributes:
        client_id: a new one: visitors of the copy are not those of the original.
        email: the administrator's address for certificates and mails; None: as before.
    """

    client: Slug
    client_id: ClientId
    domain: DomainName
    email: Email | None = None


class Restore(Frozen):
    """Bring a client back to a recovery point. Answers a `RestoreResult`.

    Data goes to staging, is compared with the point's manifest, and is swapped in only then; what it
    replaces is kept as a point of its own (`RestoreResult.undo`). On a host without the stack it is
    activated from the spec of the point first; its release must be installed there (`Point.release`).

    Attributes:
        client: whose points; also what the stack is called, unless `identity` says otherwise.
        point: None: the newest one that is good.
        only: None: everything.
        dry_run: True: restore to staging, compare, throw away; nothing is replaced.
        identity: restore as another client (`lectl clone`, `--as`); the copy has no backup targets.
        kit, sealed: from this kit's repositories; else from this host's own.
        target: which of the repositories; None: the first one that has the point.
        without_undo: True: a person said that what is replaced need not be kept (its targets are gone).
    """

    verb: Literal["restore"] = "restore"
    client: Slug
    point: PointId | None = None
    only: Part | None = None
    dry_run: bool = False
    identity: NewIdentity | None = None
    kit: RecoveryKit | None = None
    sealed: SealedKit | None = None
    target: TargetName | None = None
    without_undo: bool = False


class Verify(Frozen):
    """A drill: restore a point into scratch containers, compare, throw away. Answers a `VerifyResult`.

    Attributes:
        client: None: with `scheduled`, every stack of the host.
        point: None: the newest, and one older one on a rota.
        target: None: one of the targets, in turn.
        scheduled: only if the policy's cadence says so.
    """

    verb: Literal["verify"] = "verify"
    client: Slug | None = None
    point: PointId | None = None
    target: TargetName | None = None
    scheduled: bool = False


class HostKey(Frozen):
    """Say this host's own age key, made when there is none: kits sealed to it can be opened here.

    Answers a `HostKeyResult`.
    """

    verb: Literal["host-key"] = "host-key"


class MakeKit(Frozen):
    """Seal a client's recovery kit. Answers a `RecoveryKitResult`.

    Attributes:
        to: another host's key (`HostKey`), for a move; None: the recipients of the client's policy.
    """

    verb: Literal["recovery-kit"] = "recovery-kit"
    client: Slug
    to: AgeRecipient | None = None


class Freeze(Frozen):
    """Stop everything of a stack but keep its data: after a move. `thaw`: start it again.

    A frozen stack takes no backups, renews no certificate and is not activated. Answers a `FreezeResult`.

    Attributes:
        point: take a last recovery point when nothing is accepted any more and all that was is
            written, before the data services stop: nothing is lost by a move.
        parcel: pack the client at that moment, as `PackTenant` does.
    """

    verb: Literal["freeze"] = "freeze"
    client: Slug
    thaw: bool = False
    point: bool = False
    parcel: bool = False


class Prune(Frozen):
    """Remove points that are not kept any more from one target, with a key the client's host lacks.

    Meant for an agent that is *not* the client's host. Answers a `PruneResult`. Whatever is younger
    than `keep.within_days`, or says it is of the future, stays; and nothing goes at all when a
    repository holds suspiciously many points for its age.
    """

    verb: Literal["prune"] = "prune"
    kit: RecoveryKit
    target: TargetName
    keep: Retention = Retention()
    dry_run: bool = False


class Repair(Frozen):
    """Mend a target that lost or damaged what was stored there: a way out of a state that no new point heals.

    On the client's own host, and only where that host may delete. What the storage damaged is taken out, and
    a new point brings back what of it the client still has. A point that cannot be read even then is lost.
    Answers a `RepairResult`.

    Attributes:
        dry_run: only say what is damaged, and which points cannot be read as it is.
        give_up: points that may be forgotten. One more than these that is lost, and none is.
    """

    verb: Literal["repair"] = "repair"
    client: Slug
    target: TargetName
    dry_run: bool = False
    give_up: tuple[PointId, ...] = ()


class Fence(Frozen):
    """Ask for the number of the newest order that changed a client: what an operation begins at."""

    verb: Literal["fence"] = "fence"
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


class CreateTenant(Frozen):
    """Make a client of a hosted stack, with its administrator. Answers a `TenantResult`.

    Made already with the same website and administrator: it is shown as it is.

    Attributes:
        client: the hosted stack.
        tenant: the new client's name, as in `app.DOMAIN/acme`.
        domain: of its website: events of other websites are not kept.
        email: of its first administrator.
        company: what it calls itself before visitors, until its people choose another; None: as `tenant`.
        colour: of its widget and dashboard, until its people choose another; None: the stack's. What is
            not said is left out: an older agent refuses a key that it does not know.
    """

    verb: Literal["create-tenant"] = "create-tenant"
    client: Slug
    tenant: Slug
    domain: DomainName
    email: Email
    company: Annotated[CompanyName | None, Field(exclude_if=lambda value: value is None)] = None
    colour: Annotated[HexColour | None, Field(exclude_if=lambda value: value is None)] = None


class SuspendTenant(Frozen):
    """Let nobody in and take no events of a hosted client, and keep its data. `resume`: let it go on.

    Answers a `ChangedResult`.
    """

    verb: Literal["suspend-tenant"] = "suspend-tenant"
    client: Slug
    tenant: Slug
    resume: bool = False


class ReadSite(Frozen):
    """Let a client's concierge read the client's own website, now and every day.

    Answers a `ChangedResult`; a website that is read already stays as it is.

    Attributes:
        client: the stack. `tenant`: of a hosted stack, which of its clients, whose website it knows.
        site: of a stack of its own, the name of its client's website.
    """

    verb: Literal["read-site"] = "read-site"
    client: Slug
    tenant: Annotated[Slug | None, Field(exclude_if=lambda value: value is None)] = None
    site: Annotated[DomainName | None, Field(exclude_if=lambda value: value is None)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.tenant is None) is (self.site is None):
            message = (
                "a website is read of one client of a hosted stack, or named for a stack of its own"
            )
            raise ValueError(message)
        return self


class SetStanding(Frozen):
    """Let a client stand as it pays: all data stays, and `good` brings everything back.

    A suspension by a person is another thing, and stays. Answers a `ChangedResult`.

    Attributes:
        client: the stack. `tenant`: of a hosted stack, which of its clients; None: a stack of its own.
        standing: `read-only`: the website is served, and people change nothing; `suspended`: nobody is
            let in.
    """

    verb: Literal["set-standing"] = "set-standing"
    client: Slug
    tenant: Slug | None = None
    standing: Literal["good", "read-only", "suspended"]


class DeleteTenant(Frozen):
    """Delete a hosted client and look for it everywhere afterwards. Answers a `DeletedTenant`."""

    verb: Literal["delete-tenant"] = "delete-tenant"
    client: Slug
    tenant: Slug


class Tenants(Frozen):
    """List the clients of a hosted stack, or show one with all there is of it; changes nothing.

    Answers a `TenantsResult`.
    """

    verb: Literal["tenants"] = "tenants"
    client: Slug
    tenant: Slug | None = None


class TenantCredentials(Frozen):
    """Make the first administrator's password, which is told once. Answers a `CredentialsResult`."""

    verb: Literal["tenant-credentials"] = "tenant-credentials"
    client: Slug
    tenant: Slug


PARCEL_PIECE = 3 * 1024 * 1024
"""Bytes of a parcel that one order carries at most; a task of this size is still taken."""
Piece = Annotated[
    str, Field(max_length=PARCEL_PIECE * 4 // 3 + 4, pattern=r"^[A-Za-z0-9+/]*={0,2}$")
]
"""Bytes in base64."""


class PackTenant(Frozen):
    """Write all there is of a client into a file of the host, its parcel. Answers a `ParcelResult`.

    Attributes:
        client: the stack.
        tenant: a client of a hosted stack; None: the one whose own the stack is.
    """

    verb: Literal["pack-tenant"] = "pack-tenant"
    client: Slug
    tenant: Slug | None = None


class ReadParcel(Frozen):
    """Read a piece of what was packed. Answers a `PieceResult`. Asked from behind its end, it is deleted."""

    verb: Literal["read-parcel"] = "read-parcel"
    client: Slug
    offset: Annotated[int, Field(ge=0)]


class PutParcel(Frozen):
    """Write a piece of a parcel that is to be unpacked; at 0 a new one begins, and without data that is
    all: what was unpacked is deleted. Answers a `PieceResult`."""

    verb: Literal["put-parcel"] = "put-parcel"
    client: Slug
    offset: Annotated[int, Field(ge=0)]
    data: Piece


class UnpackTenant(Frozen):
    """Let the client of a parcel live in a stack: its rows take the place of what was there, when they
    come to what they came to when they left. Answers an `ArrivedResult`.

    Attributes:
        sha256: of the parcel as it was packed.
    """

    verb: Literal["unpack-tenant"] = "unpack-tenant"
    client: Slug
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


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
    | CertifyAhead
    | Proven
    | Inspect
    | Logs
    | Credentials
    | Decommission
    | Backup
    | Points
    | Restore
    | Verify
    | HostKey
    | MakeKit
    | Freeze
    | Prune
    | Repair
    | Fence
    | Vitals
    | Heal
    | UpdateAgent
    | CreateTenant
    | SuspendTenant
    | ReadSite
    | SetStanding
    | DeleteTenant
    | Tenants
    | TenantCredentials
    | PackTenant
    | ReadParcel
    | PutParcel
    | UnpackTenant,
    Field(discriminator="verb"),
]

READ_ONLY = frozenset(
    {
        "inspect",
        "logs",
        "credentials",
        "points",
        "recovery-kit",
        "host-key",
        "fence",
        "vitals",
        "proven",
        "tenants",
        "tenant-credentials",
        "read-parcel",
        "put-parcel",
    }
)
"""Verbs that take no lock and leave no trace in the journal. A piece of a parcel is no change: nothing
looks at it before the parcel is unpacked."""

FENCED = frozenset({"activate", "rollback", "decommission", "restore", "freeze"})
"""Verbs of which only the newest order for a client may still act."""

BACKGROUND = frozenset({"backup", "verify", "prune", "repair"})
"""Verbs that run beside a change of another client: one of them at a time."""


class Task(Frozen):
    """One order to an agent.

    Attributes:
        protocol: raised when an older agent could misunderstand a task; it refuses what it does
            not speak.
        id: idempotency key: the same id never starts a second run. A finished task answers with its
            recorded outcome, a failed or interrupted one is taken up again.
        actor: who ordered it, for the host's own record.
        operation: whose step this is; the ids of all its tasks begin with it.
        seen: the fence of the client when that operation began. An order of `FENCED` is refused when
            another operation has changed the client since: it was decided on what is no longer so.
    """

    protocol: Literal[1] = 1
    id: OperationId
    actor: Line = "unknown"
    operation: OperationId | None = None
    seen: Annotated[int, Field(ge=0)] | None = None
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


class Proof(Answered):
    """A TXT record of `_acme-challenge.<domain>` that proves to a CA whose domain it is. No secret."""

    domain: DomainName
    value: ProofValue


class Event(Answered):
    """Something happened while a task ran.

    Attributes:
        step: the step's name, as in `STEPS` of the verb.
        detail: one sentence for people, free of secrets.
        seconds: how long the step took; None while it runs.
        done, total: bytes, of a step that moves many. Such a step is told as `started` again and again;
            `total` is an estimate and may be passed.
        proof: the record that the step waits for.
    """

    kind: Literal["event"] = "event"
    task: OperationId
    step: str
    state: StepState
    detail: str = ""
    seconds: float | None = None
    done: int | None = None
    total: int | None = None
    proof: Proof | None = None


class FailureCode(StrEnum):
    """Why a task failed, for programs; the words are in `Failure`.

    `storage`: a backup target cannot be reached, is full, or refuses the credentials; `corrupt`: what
    it gave back is not what was stored there; `backup`: no recovery point could be made.
    """

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
    STORAGE = "storage"
    CORRUPT = "corrupt"
    BACKUP = "backup"
    FROZEN = "frozen"
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
        names: what it is for.
        advice: one sentence: what to point where, or why the last attempt failed; empty when all is well.
    """

    issuer_kind: Literal["self-signed", "local", "acme", "none"]
    issuer: str = ""
    names: tuple[str, ...] = ()
    serial: str = ""
    not_after: str = ""
    advice: str = ""
    root_pem: str = ""


class TargetState(Answered):
    """How one backup target of a client is.

    Attributes:
        good: the newest attempt ended with the point read back there.
        last_good: when it last did (ISO 8601, UTC); empty: never.
        point: the newest point that is good there.
        why: one sentence on the newest failure; empty when `good`.
        repository: restic's address of it, without credentials.
    """

    name: TargetName
    kind: Literal["local", "s3", "sftp", "rest"]
    good: bool = False
    last_good: str = ""
    point: PointId | None = None
    why: str = ""
    append_only: bool = False
    repository: str = ""


class BackupState(Answered):
    """How well a client is backed up, as its host knows. Times are ISO 8601 in UTC, empty: never.

    Whoever reads it decides by *absence*: `overdue_after` is compared with a clock of one's own.

    Attributes:
        condition: `off`: no targets or no schedule; `waiting`: none yet; `good`: the newest attempt
            is read back everywhere; `partial`: at some targets only ("local good, off-site failed");
            `failed`: nowhere; `alarm`: see `alarms`.
        last_good: when the data was taken of the newest point that is good at every target.
        newest: the newest point that is good somewhere.
        attempted: when a point was last tried.
        overdue_after: when the next good point should be there at the latest; empty: none is planned.
        verified: when a point was last restored and found equal; `verified_point`: which.
        drill_overdue_after: when the next drill should be done at the latest; empty: none is planned.
        rpo_seconds: the measured gap between the last two good points; rto_seconds: how long the last
            drill took from first byte to compared.
        alarms: what a person must look at: points that vanished, a drill that differed, a clock that
            went back, a repository that was replaced. One sentence each.
        chain: number and hash of the catalogue's last entry: whoever remembers an older pair can tell
            that a catalogue was cut.
    """

    condition: Literal["off", "waiting", "good", "partial", "failed", "alarm"]
    targets: tuple[TargetState, ...] = ()
    last_good: str = ""
    newest: PointId | None = None
    attempted: str = ""
    why: str = ""
    overdue_after: str = ""
    verified: str = ""
    verified_point: PointId | None = None
    drill_overdue_after: str = ""
    rpo_seconds: int | None = None
    rto_seconds: int | None = None
    alarms: tuple[str, ...] = ()
    points: int = 0
    chain: tuple[int, str] = (0, "")
    sealed_to: tuple[AgeRecipient, ...] = ()


class EarlierGeneration(Answered):
    """A generation that is kept: `rollback` may name its number.

    Attributes:
        at: when it was made, ISO 8601 in UTC; empty: unknown.
        differs: the fields of the spec that were others then.
    """

    number: int
    release: Version
    at: str = ""
    differs: tuple[str, ...] = ()


class StackState(Answered):
    """One stack. `earlier`: the generations it may go back to, newest first."""

    client: Slug
    domain: DomainName
    client_id: ClientId
    release: Version
    generation: int
    colour: Colour
    healthy: bool
    services: tuple[ServiceState, ...]
    certificate: CertificateState
    backup: BackupState | None = None
    frozen: bool = False
    earlier: tuple[EarlierGeneration, ...] = ()


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


class Copy(Answered):
    """A recovery point at one target.

    Attributes:
        good: it was read back there after it was written.
        snapshots: restic's ids of its parts, for whoever reads them with restic alone.
        gone: it was there and is not any more, though nobody may remove it.
    """

    target: TargetName
    good: bool
    new_bytes: int = 0
    seconds: float = 0.0
    why: str = ""
    snapshots: dict[str, str] = {}
    gone: bool = False


class Point(Answered):
    """One recovery point, as `lectl backups` shows it.

    Attributes:
        at: when its data was taken (ISO 8601, UTC): every event accepted before is in it.
        size: bytes of its data; new_bytes of a `Copy` is what it cost there.
        verified_at: when it was last restored and found equal to its manifest; empty: never.
        kept: False: retention needs it no longer; at an append-only target it lies there until `Prune`.
    """

    id: PointId
    at: str
    reason: str = "manual"
    release: Version = "0.0.0"
    generation: int = 0
    schema_revision: str = ""
    size: int = 0
    tables: int = 0
    rows: int = 0
    seconds: float = 0.0
    copies: tuple[Copy, ...] = ()
    verified_at: str = ""
    kept: bool = True

    @property
    def is_good(self) -> bool:
        """Somewhere it can be restored from."""
        return any(copy.good and not copy.gone for copy in self.copies)


class BackupResult(Answered):
    """What a `backup` made: with a client one point, scheduled as many as were due."""

    points: tuple[Point, ...] = ()


class PointsResult(Answered):
    """A client's points, newest first. `spec` and `alarms` are empty when read from a kit's storage."""

    points: tuple[Point, ...] = ()
    alarms: tuple[str, ...] = ()


class RestoreResult(Answered):
    """The end of a restore.

    Attributes:
        undo: the point that holds what was replaced; None: there was nothing, or it was not wanted.
        size, seconds: bytes that were restored, and how long it took, compared and swapped.
        held_seconds: how long visitors had to wait for the swap.
        loss_seconds: how old the data was: from the point's moment to the restore.
        stack: as it is now; None after a dry run.
        spec: what the stack now is.
        replayed: events that waited in the point's queue and are handed to the worker again.
    """

    point: PointId
    target: TargetName
    changed: bool
    size: int = 0
    seconds: float = 0.0
    held_seconds: float = 0.0
    loss_seconds: int = 0
    undo: PointId | None = None
    stack: StackState | None = None
    spec: StackSpec | None = None
    replayed: int = 0


class Verification(Answered):
    """One drill: `equal` only if every table, file and collection was compared and is the same."""

    client: Slug
    point: PointId
    target: TargetName
    at: str
    equal: bool
    differences: tuple[str, ...] = ()
    tables: int = 0
    rows: int = 0
    files: int = 0
    vectors: int = 0
    size: int = 0
    seconds: float = 0.0


class VerifyResult(Answered):
    """What was drilled; a difference is a failure of the task (`corrupt`) and recorded all the same."""

    drills: tuple[Verification, ...] = ()


class ParcelTable(Answered):
    """Rows of a table, and what they come to."""

    rows: int
    sha256: str


class ParcelResult(Answered):
    """A client that was packed.

    Attributes:
        size: bytes of the parcel; `sha256`: of it.
        tables: what each table came to: rows and the hash of them.
    """

    client_id: ClientId
    slug: Slug
    size: int
    sha256: str
    tables: dict[str, ParcelTable] = {}

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables.values())


class FreezeResult(Answered):
    """The end of a freeze. `point`, `parcel`: the last ones, if they were asked for."""

    changed: bool
    point: PointId | None = None
    parcel: ParcelResult | None = None


class HostKeyResult(Answered):
    """This host's own age key."""

    recipient: AgeRecipient


class RecoveryKitResult(Answered):
    """A sealed kit, and to whom: nobody else can open it, nor can whoever carries it."""

    client: Slug
    sealed: str
    recipients: tuple[AgeRecipient, ...]


class PruneResult(Answered):
    """What pruning removed, or with `dry_run` would remove."""

    removed: tuple[PointId, ...] = ()
    kept: tuple[PointId, ...] = ()
    freed_bytes: int = 0
    alarms: tuple[str, ...] = ()


class RepairResult(Answered):
    """What a repair found and did, or with `dry_run` would have to do.

    Attributes:
        damaged: ids of stored objects whose content is not what was stored. Those that are missing have none.
        lost: points that could not be read; with `dry_run` a new point may still bring some of them back.
        healed: points that could not be read before, and can be now.
        point: the new one, read back and drilled; None: nothing was done.
    """

    changed: bool
    damaged: tuple[str, ...] = ()
    lost: tuple[PointId, ...] = ()
    healed: tuple[PointId, ...] = ()
    point: PointId | None = None


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


class ChangedResult(Answered):
    """Whether an order found something to change."""

    changed: bool


class TenantResult(Answered):
    """A client of a hosted stack. Times are ISO 8601 in UTC.

    Attributes:
        created: True: the order that answers this made it.
        snippet, tag: the two forms of what its website includes.
        suspended_at, last_seen_at: empty: it is not, nobody was.
        kept: what there is of it, by table and other place; empty unless it was asked about alone.
    """

    slug: Slug
    client_id: ClientId
    domain: DomainName
    email: Email
    dashboard: HttpsUrl
    snippet: str
    tag: str
    created: bool = False
    created_at: str = ""
    suspended_at: str = ""
    last_seen_at: str = ""
    visits: int = 0
    leads: int = 0
    kept: dict[str, int] = {}


class ListedTenant(Answered):
    """One line of a list."""

    slug: Slug
    client_id: ClientId
    suspended: bool


class TenantsResult(Answered):
    """The clients of a hosted stack, the oldest first; `shown`: the one that was asked about."""

    tenants: tuple[ListedTenant, ...] = ()
    shown: TenantResult | None = None


class DeletedTenant(Answered):
    """A client that is gone.

    Attributes:
        deleted: what there was of it, by table and other place.
        residue: what was found of it afterwards: nothing, or the order has failed.
        looked_at: how many places were looked at for it.
    """

    deleted: dict[str, int]
    residue: dict[str, int]
    looked_at: int


class PieceResult(Answered):
    """A piece in base64; `size`: of the parcel so far."""

    data: str = ""
    size: int


class ArrivedResult(Answered):
    """A client that lives in a stack now; `changed`: False: the very same lived there already."""

    client_id: ClientId
    slug: Slug
    changed: bool
    tables: dict[str, ParcelTable] = {}


class FenceResult(Answered):
    """`fence`: 0 where no order ever changed the client."""

    fence: int = 0


class LogsResult(Answered):
    """The last lines of a stack's services, oldest first, as Docker prints them."""

    lines: tuple[str, ...] = ()


# --- the panel, past the language of tasks ---------------------------------------------------

PanelImage = Literal["panel", "db", "nginx"]

PanelSecret = Literal["lectl_stripe_key", "lectl_stripe_webhook_secret", "lectl_deadman_url"]
"""Secrets of the operator's settings that the panel needs as well; named as the panel reads them."""

PanelSetting = Literal[
    "billing_due_days",
    "billing_grace_days",
    "billing_read_only_days",
    "billing_enforce",
    "signup",
    "signup_approval",
    "signup_host",
    "signup_an_hour",
]
"""Settings of the operator's that are meant for the panel alone."""


class PanelSpec(Frozen):
    """The panel's configuration, free of secrets.

    Attributes:
        email: whom the certificate authority may write to.
        images: each image by its id: they travel with the order.
        releases, releases_root: where releases are read, and whose; empty: the panel has none yet.
        two_persons: the verbs that take a second person.
        settings: as the panel's environment has them; empty or not there: what the panel does by itself.
    """

    domain: DomainName
    email: Email
    acme: Acme = Acme()
    mail: Mail = Mail()
    images: dict[PanelImage, Digest]
    releases: Line = ""
    releases_root: Line = ""
    two_persons: Line = "destroy"
    settings: dict[PanelSetting, Line] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The name it is served under."""
        return (self.domain,)

    @property
    def certified(self) -> tuple[str, ...]:
        """What its certificate is for."""
        return self.names


class PanelOrder(Frozen):
    """What `leadengine-agent panel` reads: no task can say it, so no panel puts another one anywhere.

    Attributes:
        smtp_password: empty: mail needs none, or the one that is there stays.
        secrets: a name that is not there: what the host has stays.
        files: the templates of the panel, name -> text.
    """

    spec: PanelSpec
    smtp_password: SecretStr = SecretStr("")
    secrets: dict[PanelSecret, SecretStr] = {}
    files: dict[Literal["compose.yaml", "nginx.conf"], Annotated[str, Field(max_length=100_000)]]


Answer = Annotated[Event | Outcome, Field(discriminator="kind")]
answer_adapter: TypeAdapter[Event | Outcome] = TypeAdapter(Answer)


def encode_task(task: Task) -> bytes:
    """One line of JSON for the wire. The only place where a task's secrets are written out."""
    # An older agent refuses keys it does not know: what is not said is left out.
    unsaid = {name for name in ("operation", "seen") if getattr(task, name) is None}
    return encode_secrets(task, unsaid) + b"\n"


def encode_secrets(value: Frozen, unsaid: Set[str] = frozenset()) -> bytes:
    """JSON with the secrets in clear: for the wire, and for what is sealed at once."""
    return json.dumps(value.model_dump(exclude=set(unsaid)), default=_reveal).encode()


def _reveal(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    message = f"a task cannot carry a {type(value).__name__}"
    raise TypeError(message)
