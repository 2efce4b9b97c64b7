"""The environment of the containers, read once and typed.

Each variable may come as a file instead, named by `<NAME>_FILE`; an empty value or file means none.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Json,
    SecretStr,
    StringConstraints,
    ValidationError,
)

ClientId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class SettingsError(Exception):
    """The environment is incomplete or malformed; the text names each variable."""


class _Environment(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class MailSettings(_Environment):
    """How mail leaves the stack; an empty `smtp_host` means that none does."""

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_pass: SecretStr = SecretStr("")
    smtp_from: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"


class ReplySettings(_Environment):
    """How people answer from elsewhere than the dashboard; each way is off while its setting is empty.

    Attributes:
        reply_address: a mailbox whose mail is handed to `/v1/replies/mail`, with what stands behind a `+`.
        reply_secret: what it shows there.
        slack_bot_token: of an app that may `chat:write`; calls get a thread then.
        slack_channel: where it writes, as `C024BE91L`.
        slack_signing_secret: the app's; what Slack sends to `/v1/replies/slack` is signed with it.
        slack_api: another address than Slack's.
    """

    reply_address: str = ""
    reply_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr = SecretStr("")
    slack_channel: str = ""
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api: str = "https://slack.com/api"


class ModelSettings(_Environment):
    """The language model; without a key the concierge quotes.

    Attributes:
        llm_base_url: another address than Anthropic's, such as a gateway in a region; empty: theirs.
        llm_monthly_budget: dollars; from then on the concierge quotes. 0 switches the model off.
        llm_prices: dollars for a million tokens read and written, by model (as of November 2026).
        llm_tokens: the longest answer.
        llm_seconds: how long the next part of an answer may take.
    """

    llm_api_key: SecretStr = SecretStr("")
    llm_model: str = "claude-haiku-5-5"
    llm_base_url: str = ""
    llm_monthly_budget: float = Field(default=20.0, ge=0)
    llm_prices: Annotated[
        Json[dict[str, tuple[float, float]]], Field(min_length=1, validate_default=False)
    ] = {"claude-haiku-5-5": (0.10, 0.50), "claude-sonnet-5-5": (2.0, 10.0)}
    llm_tokens: int = Field(default=600, ge=50, le=4000)
    llm_seconds: float = Field(default=12.0, ge=1, le=60)


class KnowledgeSettings(_Environment):
    """Where vectors are computed and kept, and what may be read.

    Attributes:
        chroma_url: empty: questions are answered by full text alone.
        model_folder: made while the image is built; where it is missing, full text alone answers.
        crawl_networks: private networks whose websites may be read, comma-separated; for an intranet.
        crawl_authorities: a file of certificates that are trusted besides the public ones.
    """

    chroma_url: str = ""
    model_folder: Path = Path("/opt/leadengine/model")
    crawl_networks: str = ""
    crawl_authorities: str = ""


class Settings(MailSettings, ReplySettings, ModelSettings, KnowledgeSettings):
    """What api, worker and seeding share."""

    database_url: SecretStr
    redis_url: SecretStr
    session_secret: Annotated[SecretStr, Field(min_length=32)]
    client_id: ClientId
    client_name: str
    client_domain: str
    licence: str = ""
    """Of a client that runs the stack itself; nothing depends on it but a sentence on the pages."""
    brand_name: str = ""
    """What the client calls itself before people; empty: `client_name`, which addresses are made of."""
    brand_primary: Colour = "#2563eb"
    brand_logo: str = ""
    slack_webhook: SecretStr = SecretStr("")
    shopify_secret: SecretStr = SecretStr("")
    """Of the client's app at Shopify: what Shopify sends to `/v1/shopify/webhooks` is signed with it."""
    ipinfo_token: SecretStr = SecretStr("")
    ipinfo_url: str = "https://ipinfo.io"
    private_webhooks: bool = False
    """Whether webhooks may go to addresses of private networks."""
    kind: Literal["dedicated", "hosted"] = "dedicated"
    """Whether the stack is one client's own, or one that clients share."""
    hosted_as: str = ""
    """In a stack that clients share: whose settings these are; empty: the stack's own client's."""

    @property
    def called(self) -> str:
        """What the client calls itself, as long as its people have chosen nothing else."""
        return self.brand_name or self.client_name

    @property
    def path(self) -> str:
        """What stands before every path of the dashboard: `/acme` in a shared stack, else nothing."""
        return f"/{self.hosted_as}" if self.hosted_as else ""

    @property
    def origin(self) -> str:
        """The address people type: of the dashboard, without a slash at the end."""
        name = f"app.{self.client_domain}" if self.kind == "hosted" else self.client_domain
        return f"https://{name}{self.path}"

    @property
    def loader_origin(self) -> str:
        """Where the loader finds the pixel; who it is for, the website says itself."""
        return f"https://cdn.{self.client_domain}" if self.kind == "hosted" else self.origin

    @property
    def script_origin(self) -> str:
        """Where this client's own scripts come from, and where its events go."""
        own = f"/{self.client_id}" if self.kind == "hosted" else ""
        return self.loader_origin + own

    @property
    def keys(self) -> str:
        """What the names of this client's keys in Redis begin with."""
        return f"le:t:{self.client_id}:" if self.hosted_as else "le:"


class MigrationSettings(_Environment):
    """What `leadengine-admin migrate` needs: the owner's connection and the application's password."""

    migration_database_url: SecretStr
    app_database_password: SecretStr
    redis_url: SecretStr = SecretStr("")


class AdminSettings(_Environment):
    """The first administrator of a stack."""

    admin_email: str
    admin_password: SecretStr


Model = TypeVar("Model", bound=_Environment)


def load(model: type[Model], environ: Mapping[str, str]) -> Model:
    """Read the variables of `model`.

    Raises:
        SettingsError: naming each variable that is missing or malformed, never its value.
    """
    found = {name: _read(name.upper(), environ) for name in model.model_fields}
    try:
        return model.model_validate({name: value for name, value in found.items() if value})
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(problem) for problem in error.errors())) from None


def _read(name: str, environ: Mapping[str, str]) -> str:
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{name}_FILE names {path}, which cannot be read: {error.strerror}"
        raise SettingsError(message) from None


def _sentence(problem: Mapping[str, object]) -> str:
    location = problem["loc"]
    name = str(location[0]).upper() if isinstance(location, tuple) else "environment"
    if problem["type"] == "missing":
        return f"{name} (or {name}_FILE) is not set"
    return f"{name}: {problem['msg']}"
