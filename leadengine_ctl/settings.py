"""The operator's settings, read once from the environment into typed values.

Every setting is `LECTL_<NAME>`; the keys of the specification's script (`CLAUDE_API_KEY`, `SMTP_HOST`
and so on) are accepted under their plain names too.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    PositiveFloat,
    SecretStr,
    StringConstraints,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from leadengine_agent.protocol import (
    Acme,
    RegistryLogin,
)
from leadengine_agent.values import (
    Digest,
    Email,
    HttpsUrl,
    Line,
    Repository,
    RepositoryFolder,
    Url,
)
from leadengine_ctl.stack_settings import ExpandedPath, StackSettings, read_pem


def _default_folder() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "leadengine"


BackupTargets = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,19}(,[a-z][a-z0-9-]{0,19}){0,3}$")
]


Days = Annotated[int, Field(ge=0, le=365)]


class _SecretFiles(SecretsSettingsSource):
    """Settings in files of their own, as containers get secrets; an empty file is as none."""

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__call__().items() if value}


class Settings(StackSettings):
    """What the operator configured; secrets among it redact themselves.

    Attributes:
        data_folder: database, key file, releases and logs of this operator.
        database_url: an SQLAlchemy URL; None: SQLite in the data folder.
        ssh_key: the private key to sign in to hosts with; None: those of ssh-agent and `~/.ssh`.
        acme_trust: PEM file to trust when talking to a private ACME directory.
        registry: where releases are published, as `registry.example.com/leadengine`.
        releases: where somebody else publishes releases: a URL or a folder; None: our own are used.
        releases_root: the fingerprint of that publisher, as it tells people.
        key_passphrase: opens the offline keys of releases; None: it is asked for.
        harden: `new`: a deploy hardens a host that it reaches over SSH and that has no client yet; `never`:
            `lectl host doctor --fix` alone does.
        panel_url: the panel that hosts report to; with it, a deploy enrols its host there.
        panel_trust: PEM file to trust when talking to the panel, for a private CA.
        panel_new_stacks, panel_domains: whether the panel may start new stacks on hosts that are enrolled,
            and below which domains (with commas between; empty: any).
        operator_key: file of the key that signs what no panel may order by itself.
        hosts_by: `queue`: hosts whose agents report fetch their tasks; else lectl connects to them.
        host_floor: hosts below half of what the specification asks for are refused; `none`: never.
        support_email: the administrator of a stack when none is named.
        backup_targets: names of storages, as `local,spaces`, or `none`; None: local and all there are.
        backup_folder: where `local` is, on each host.
        storage_secret, storage_pruning_secret: for `lectl storage add`; None: they are asked for.
        cloud_patience: seconds to go on asking an API that says "not now".
        boot_deadline: seconds that a new server may take until it lets us in.
        resolvers: addresses of name servers that are asked what the world sees, with a space between.
        deadman_url: asked by the panel after each look at the fleet; whoever misses it raises the alarm.
        alert_backup_hours: how old a verified recovery point may get; 0: nobody watches.
        alert_heartbeat_hours: a sign of life goes out by each channel that was quiet for so long; 0: none.
        billing: who takes the money; `memory`: nobody, it is only pretended.
        stripe_key: a secret or restricted key; stripe_webhook_secret: of the panel's endpoint there, several
            with commas between while one is replaced.
        billing_due_days: how long a bill may wait until it is overdue.
        billing_grace_days, billing_read_only_days: days after that until a client is to be read-only, and
            days after that until it is to be suspended.
        billing_enforce: whether a client's stack is told of `read-only` and `suspended`, or it is
            only recorded.
        signup: whether strangers may sign up at the panel's `/start`.
        signup_approval: whether an admin has to agree before somebody pays.
        signup_host: the host that stacks of their own are put on.
        signup_on: where a server is bought for each of them, as `hetzner:cx32@fsn1`; without one of the two
            only `hosted` is sold.
        signup_an_hour: so many sign-ups are begun from one network in an hour.
        panel_two_persons: the verbs that take a second person in the panel, with commas between.
    """

    model_config = SettingsConfigDict(
        env_prefix="LECTL_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then files named like its variables in the folder LECTL_SECRETS_FOLDER."""
        folder = os.environ.get("LECTL_SECRETS_FOLDER")
        files = (_SecretFiles(settings_cls, secrets_dir=folder),) if folder else ()
        return (init_settings, env_settings, *files)

    data_folder: ExpandedPath = Field(default_factory=_default_folder)
    database_url: SecretStr | None = None
    key_file: ExpandedPath | None = None
    ssh_key: ExpandedPath | None = None
    acme_directory: Url = Acme().directory
    acme_trust: ExpandedPath | None = None
    registry: Repository | None = None
    registry_user: Line | None = None
    registry_password: SecretStr | None = None
    releases: Line | None = None
    releases_root: Digest | None = None
    key_passphrase: SecretStr | None = None
    harden: Literal["new", "never"] = "new"
    panel_url: HttpsUrl | None = None
    panel_trust: ExpandedPath | None = None
    panel_new_stacks: bool = True
    panel_domains: Line = ""
    operator_key: ExpandedPath | None = None
    hosts_by: Literal["connection", "queue"] = "connection"
    host_floor: Literal["half", "none"] = "half"
    support_email: Email = "support@leadengine.io"
    backup_targets: BackupTargets | None = None
    backup_folder: RepositoryFolder = "/var/backups/leadengine"
    storage_secret: SecretStr | None = None
    storage_pruning_secret: SecretStr | None = None

    digitalocean_token: SecretStr | None = None
    digitalocean_endpoint: Url | None = None
    hetzner_token: SecretStr | None = None
    hetzner_endpoint: Url | None = None
    cloudflare_token: SecretStr | None = None
    cloudflare_endpoint: Url | None = None
    aws_region: Line = "eu-central-1"
    aws_endpoint: Url | None = None
    aws_image_owner: Line | None = None
    route53: bool = False
    cloud_patience: PositiveFloat = 100.0
    boot_deadline: PositiveFloat = 600.0
    resolvers: Line = "1.1.1.1 8.8.8.8 9.9.9.9"
    panel_two_persons: Line = "destroy"
    billing: Literal["stripe", "memory"] = "stripe"
    stripe_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_endpoint: Url | None = None
    billing_due_days: Days = 14
    billing_grace_days: Days = 14
    billing_read_only_days: Days = 14
    billing_enforce: bool = True
    signup: bool = False
    signup_approval: bool = False
    signup_host: Line | None = None
    signup_on: Line | None = None
    signup_an_hour: Annotated[int, Field(ge=1, le=1000)] = 5
    deadman_url: SecretStr | None = None
    alert_backup_hours: Annotated[float, Field(ge=0)] = 26.0
    alert_heartbeat_hours: Annotated[float, Field(ge=0)] = 24.0

    @property
    def database(self) -> str:
        """The store's SQLAlchemy URL."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_folder / 'control.sqlite'}"

    @property
    def workflows(self) -> str:
        """The URL of the workflows' checkpoints: beside the store, or in the same server."""
        if self.database_url and not self.database.startswith("sqlite"):
            return self.database
        return f"sqlite:///{self.data_folder / 'workflows.sqlite'}"

    @property
    def panel_place(self) -> str:
        """Where people find the panel, without a slash at the end."""
        return (self.panel_url or "http://localhost:8700").rstrip("/")

    @property
    def keys(self) -> Path:
        return self.key_file or self.data_folder / "key"

    def acme(self) -> Acme:
        """Where certificates come from.

        Raises:
            UsageError: the file of `acme_trust` cannot be read.
        """
        if self.acme_trust is None:
            return Acme(directory=self.acme_directory)
        trust = read_pem("LECTL_ACME_TRUST", self.acme_trust)
        return Acme(directory=self.acme_directory, trust=trust)

    @property
    def operator_key_file(self) -> Path:
        return self.operator_key or self.data_folder / "operator-key"

    def panel_authority(self) -> str:
        """The certificates to trust when talking to the panel; empty: the public ones.

        Raises:
            UsageError: the file of `panel_trust` cannot be read.
        """
        if self.panel_trust is None:
            return ""
        return read_pem("LECTL_PANEL_TRUST", self.panel_trust)

    @property
    def release_keys(self) -> Path:
        """The folder of the keys that sign snapshot and timestamp."""
        return self.data_folder / "release-keys"

    def registry_login(self) -> RegistryLogin | None:
        """The credentials that hosts pull with; None when the registry needs none."""
        if not (self.registry and self.registry_user and self.registry_password):
            return None
        return RegistryLogin(
            registry=self.registry.split("/")[0],
            user=self.registry_user,
            password=self.registry_password,
        )
