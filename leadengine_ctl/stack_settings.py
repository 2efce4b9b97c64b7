"""What is handed to each stack that is deployed, beside what is the operator's own."""

import ssl
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from leadengine_agent.protocol import Crawl, Kind, LanguageModel, Mail, Replies, SecretName
from leadengine_agent.values import (
    DatabaseUrl,
    Dollars,
    Email,
    HostName,
    Line,
    ModelName,
    ModelPrices,
    Port,
    PrivateNetworks,
    RedisUrl,
    SlackChannel,
    Url,
)
from leadengine_ctl.errors import UsageError

_MAIL_SERVICE = "smtp.resend.com"
"""Where mail goes when only a password is given, as in the specification's script."""

_OF_SHARED_STACKS = (
    SecretName.DATABASE_ELSEWHERE,
    SecretName.REDIS_ELSEWHERE,
    SecretName.DATA_AUTHORITIES,
)
"""A client's own stack has its own database."""


_FILES = (SecretName.CRAWL_AUTHORITIES, SecretName.DATA_AUTHORITIES)
"""Those that the settings name a file of."""


def _plain(name: str, *others: str) -> AliasChoices:
    return AliasChoices(f"LECTL_{name}", name, *others)


def _expand(path: Path) -> Path:
    return path.expanduser()


ExpandedPath = Annotated[Path, AfterValidator(_expand)]


class StackSettings(BaseSettings):
    """Each is `LECTL_<NAME>`, or the plain name that the specification's script uses."""

    llm_api_key: SecretStr | None = Field(
        default=None, validation_alias=_plain("LLM_API_KEY", "CLAUDE_API_KEY")
    )
    ipinfo_token: SecretStr | None = Field(default=None, validation_alias=_plain("IPINFO_TOKEN"))
    smtp_pass: SecretStr | None = Field(default=None, validation_alias=_plain("SMTP_PASS"))
    slack_webhook: SecretStr | None = Field(default=None, validation_alias=_plain("SLACK_WEBHOOK"))
    reply_address: Email | None = Field(default=None, validation_alias=_plain("REPLY_ADDRESS"))
    reply_secret: SecretStr | None = Field(default=None, validation_alias=_plain("REPLY_SECRET"))
    slack_channel: SlackChannel | None = Field(
        default=None, validation_alias=_plain("SLACK_CHANNEL")
    )
    slack_bot_token: SecretStr | None = Field(
        default=None, validation_alias=_plain("SLACK_BOT_TOKEN")
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, validation_alias=_plain("SLACK_SIGNING_SECRET")
    )
    shopify_secret: SecretStr | None = Field(
        default=None, validation_alias=_plain("SHOPIFY_SECRET")
    )
    llm_model: ModelName | None = Field(default=None, validation_alias=_plain("LLM_MODEL"))
    llm_base_url: Url | None = Field(default=None, validation_alias=_plain("LLM_BASE_URL"))
    llm_monthly_budget: Dollars | None = Field(
        default=None, validation_alias=_plain("LLM_MONTHLY_BUDGET")
    )
    llm_prices: ModelPrices | None = Field(default=None, validation_alias=_plain("LLM_PRICES"))
    llm_tokens: Annotated[int, Field(ge=50, le=4000)] | None = Field(
        default=None, validation_alias=_plain("LLM_TOKENS")
    )
    llm_seconds: Annotated[int, Field(ge=1, le=60)] | None = Field(
        default=None, validation_alias=_plain("LLM_SECONDS")
    )
    crawl_networks: PrivateNetworks | None = Field(
        default=None, validation_alias=_plain("CRAWL_NETWORKS")
    )
    crawl_authorities: ExpandedPath | None = Field(
        default=None, validation_alias=_plain("CRAWL_AUTHORITIES")
    )
    smtp_host: HostName | None = Field(default=None, validation_alias=_plain("SMTP_HOST"))
    smtp_port: Port = Field(default=587, validation_alias=_plain("SMTP_PORT"))
    smtp_user: Line | None = Field(default=None, validation_alias=_plain("SMTP_USER"))
    smtp_from: Email | None = Field(default=None, validation_alias=_plain("SMTP_FROM"))
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", validation_alias=_plain("SMTP_SECURITY")
    )

    database_elsewhere: DatabaseUrl | None = Field(
        default=None, validation_alias="LECTL_CLOUD_DATABASE_URL"
    )
    redis_elsewhere: RedisUrl | None = Field(default=None, validation_alias="LECTL_CLOUD_REDIS_URL")
    vectors_elsewhere: Url | None = Field(default=None, validation_alias="LECTL_CLOUD_VECTORS_URL")

    data_authorities: ExpandedPath | None = Field(
        default=None, validation_alias="LECTL_CLOUD_AUTHORITIES"
    )

    @model_validator(mode="after")
    def _proof_is_wanted_of_both(self) -> Self:
        if self.data_authorities is None:
            return self
        if self.redis_elsewhere is None:
            message = "LECTL_CLOUD_AUTHORITIES is of use with LECTL_CLOUD_REDIS_URL alone"
            raise ValueError(message)
        if not self.redis_elsewhere.get_secret_value().startswith("rediss:"):
            message = (
                "with LECTL_CLOUD_AUTHORITIES, LECTL_CLOUD_REDIS_URL begins with 'rediss://': Redis"
                " is asked for a certificate, too"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _vectors_follow(self) -> Self:
        if self.vectors_elsewhere and self.database_elsewhere is None:
            message = "LECTL_CLOUD_VECTORS_URL is of use with LECTL_CLOUD_DATABASE_URL alone"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _both_are_elsewhere(self) -> Self:
        if (self.database_elsewhere is None) != (self.redis_elsewhere is None):
            message = (
                "LECTL_CLOUD_DATABASE_URL and LECTL_CLOUD_REDIS_URL are set together, or neither"
            )
            raise ValueError(message)
        return self

    def operator_secrets(self, kind: Kind) -> dict[SecretName, SecretStr]:
        """What is set of the files that each stack of a kind is handed.

        Raises:
            UsageError: the file of `crawl_authorities` or `data_authorities` is none, or cannot be read.
        """
        values = {
            name: getattr(self, name.value, None) for name in SecretName if name not in _FILES
        }
        if kind != "hosted":
            values |= dict.fromkeys(_OF_SHARED_STACKS)
        if self.crawl_authorities is not None:
            pem = read_pem("CRAWL_AUTHORITIES", self.crawl_authorities)
            values[SecretName.CRAWL_AUTHORITIES] = SecretStr(pem)
        if self.data_authorities is not None and kind == "hosted":
            pem = read_pem("LECTL_CLOUD_AUTHORITIES", self.data_authorities)
            values[SecretName.DATA_AUTHORITIES] = SecretStr(
                refuse_no_pem("LECTL_CLOUD_AUTHORITIES", pem)
            )
        return {name: value for name, value in values.items() if value is not None}

    def mail(self) -> Mail:
        host = self.smtp_host or (_MAIL_SERVICE if self.smtp_pass else None)
        return Mail(
            host=host,
            port=self.smtp_port,
            user=self.smtp_user,
            sender=self.smtp_from,
            security=self.smtp_security,
        )

    def replies(self) -> Replies:
        return Replies(mailbox=self.reply_address, slack_channel=self.slack_channel)

    def llm(self) -> LanguageModel:
        """Which language model stacks ask; the images decide what is not set."""
        return LanguageModel(
            model=self.llm_model,
            base_url=self.llm_base_url,
            monthly_budget=self.llm_monthly_budget,
            prices=self.llm_prices,
            tokens=self.llm_tokens,
            seconds=self.llm_seconds,
        )

    def crawl(self) -> Crawl:
        return Crawl(networks=self.crawl_networks)


def read_pem(variable: str, path: Path) -> str:
    """The certificates in a file of the operator's.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{variable}: {path} cannot be read",
            str(error),
            "Name a PEM file with the certificates of your own CA.",
        ) from error


def refuse_no_pem(variable: str, text: str) -> str:
    """The text, if it has certificates.

    Raises:
        UsageError: it has none, or they are damaged.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(
            f"{variable}: there are no certificates in the file",
            str(error),
            "Whoever runs the database offers a file of its authority, in PEM.",
        ) from error
    return text
