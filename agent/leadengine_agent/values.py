"""Typed values: the only shapes in which outside data enters the system.

Each type is an allow-list, not a clean-up: what does not match is refused with one sentence.
"""

import hashlib
import ipaddress
import re
import unicodedata
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]{1,64}@([A-Za-z0-9.-]{1,253})\Z")
_URL = re.compile(
    r"https?://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/[A-Za-z0-9._~!&()*+,;=:@%/?-]*)?\Z"
)


class Frozen(BaseModel):
    """A value that is checked once, never changes, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")


def is_private(domain: str) -> bool:
    """True for names no public CA may certify (RFC 6761, RFC 6762, RFC 8375): the host's own CA does."""
    return domain.endswith(PRIVATE_SUFFIXES)


def _check_slug(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value) or not 2 <= len(value) <= 30:
        message = (
            "a client name has 2 to 30 lower-case letters, digits and single hyphens, "
            "and starts with a letter, as in 'acme' or 'blue-door'"
        )
        raise ValueError(message)
    return value


def _check_domain(value: str) -> str:
    name = value.lower()
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
        message = "a domain is a host name such as 'leads.acme.com' (no scheme, path, port or '*')"
        raise ValueError(message)
    if labels[-1].isdigit():
        message = "a domain is a name, not an IP address: certificates are issued for names"
        raise ValueError(message)
    return name


def _check_email(value: str) -> str:
    match = _EMAIL.match(value)
    if not match or ".." in value or value.startswith("."):
        message = "an e-mail address looks like 'name@example.com'"
        raise ValueError(message)
    _check_domain(match.group(1))
    return value


def _check_url(value: str) -> str:
    if len(value) > 2000 or not _URL.match(value):
        message = "a URL looks like 'https://host/path', without spaces, quotes or '$'"
        raise ValueError(message)
    return value


def _check_https_url(value: str) -> str:
    if not value.startswith("https://"):
        message = "a URL here starts with 'https://'"
        raise ValueError(message)
    return _check_url(value)


def _check_host_name(value: str) -> str:
    try:
        # An IPv6 address may carry a zone (`fe80::1%eth0`), and a zone may be any text.
        return str(ipaddress.ip_address(value.replace("%", " ")))
    except ValueError:
        pass
    name = value.lower()
    if len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        message = "a host is a name such as 'smtp.example.com' or an IP address"
        raise ValueError(message)
    return name


def _check_line(value: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in value):
        message = "this is one line of text, without line breaks or control characters"
        raise ValueError(message)
    if any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in value):
        message = (
            "this text must not change its reading direction (bidirectional control character)"
        )
        raise ValueError(message)
    return value


_FOLDER = re.compile(r"/(mnt|srv|media|backup|var/backups)(/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,9}\Z")


def _check_folder(value: str) -> str:
    if not _FOLDER.match(value):
        message = (
            "a folder for backups lies below /mnt, /srv, /media, /backup or /var/backups, "
            "as in '/mnt/backup/leadengine'"
        )
        raise ValueError(message)
    return value


def _check_networks(value: str) -> str:
    try:
        found = [ipaddress.ip_network(part) for part in value.split(",")]
    except ValueError:
        found = []
    if not found or not all(network.is_private for network in found):
        message = "these are private networks with commas between, as '10.20.0.0/16,192.168.7.0/24'"
        raise ValueError(message)
    return value


def _check_prices(value: str) -> str:
    try:
        _PRICES.validate_json(value)
    except ValidationError:
        message = (
            "prices are JSON, dollars for a million tokens read and written, "
            """as '{"claude-haiku-5-5": [0.1, 0.5]}'"""
        )
        raise ValueError(message) from None
    return _check_line(value)


def _check_port(value: int) -> int:
    if not 1 <= value <= 65535:
        message = "a port is a number from 1 to 65535"
        raise ValueError(message)
    return value


Slug = Annotated[str, AfterValidator(_check_slug)]
"""A client's short name: directory, Compose project and label value."""

DomainName = Annotated[str, AfterValidator(_check_domain)]
"""A fully qualified host name (RFC 1123), lower case, at least two labels."""

Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_check_email)]
"""A mailbox in the unquoted form of RFC 5321."""

Url = Annotated[str, AfterValidator(_check_url)]
HttpsUrl = Annotated[str, AfterValidator(_check_https_url)]

HostName = Annotated[str, AfterValidator(_check_host_name)]
"""A host name or an IP address."""

Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_line)]
"""One line of free text for people, at most 200 characters."""

CompanyName = Annotated[Line, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
HexColour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
LicenceText = Annotated[
    str, StringConstraints(max_length=4000, pattern=r"^(([A-Za-z0-9_-]+\.){2}[A-Za-z0-9_-]+)?$")
]
"""A licence as it is signed, or nothing. Whether it holds is asked by whoever shows it."""

ClientId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
"""The public identifier in the snippet: 12 random bytes in hexadecimal."""

OperationId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{8,64}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Repository = Annotated[
    str,
    StringConstraints(
        max_length=200,
        pattern=r"^([a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$",
    ),
]
Version = Annotated[
    str, StringConstraints(max_length=64, pattern=r"^[0-9]+\.[0-9]+\.[0-9]+([.+-][0-9A-Za-z.-]+)?$")
]
Revision = Annotated[str, StringConstraints(pattern=r"^[0-9a-z_]{1,64}$")]
"""One database revision, as the migrations name it."""

Port = Annotated[int, AfterValidator(_check_port)]

ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}$")]
"""A language model, as its service names it."""

SlackChannel = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5,20}$")]
"""A channel of Slack by its id."""

Dollars = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,2})?$")]
"""An amount in dollars, as text: what was written is what is kept."""

_PRICES: TypeAdapter[dict[str, tuple[NonNegativeFloat, NonNegativeFloat]]] = TypeAdapter(
    Annotated[dict[ModelName, tuple[NonNegativeFloat, NonNegativeFloat]], Field(min_length=1)]
)
ModelPrices = Annotated[
    str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_check_prices)
]
"""JSON: dollars for a million tokens read and written, by model."""

PrivateNetworks = Annotated[
    str, StringConstraints(min_length=1, max_length=400), AfterValidator(_check_networks)
]
"""Private networks with commas between."""

RepositoryFolder = Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_folder)]
"""A folder of the host for recovery points, where disks and shares are mounted."""

StorePath = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,9}$"
    ),
]
"""A path below a storage's own root: no leading slash, no `..`, no hidden folder."""

Bucket = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
"""The name of an S3 bucket."""

Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]

_DATABASE_URL = re.compile(
    r"postgresql://[A-Za-z0-9._~%-]+:[A-Za-z0-9._~%-]+@[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9_-]{1,63}"
    r"(\?[a-z_]+=[A-Za-z0-9._~%/-]+(&[a-z_]+=[A-Za-z0-9._~%/-]+)*)?\Z"
)
_REDIS_URL = re.compile(
    r"rediss?://[A-Za-z0-9._~%-]*:[A-Za-z0-9._~%-]+@[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[0-9]{1,3})?\Z"
)


def check_database_url(secret: SecretStr) -> SecretStr:
    """Refuse what is no address of a database with user, password and name."""
    if not _DATABASE_URL.match(secret.get_secret_value()):
        message = "an address of a database looks like 'postgresql://owner:password@host:5432/name'"
        raise ValueError(message)
    return secret


def check_redis_url(secret: SecretStr) -> SecretStr:
    """Refuse what is no address of a Redis with a password."""
    if not _REDIS_URL.match(secret.get_secret_value()):
        message = "an address of a Redis looks like 'rediss://user:password@host:6379/0'"
        raise ValueError(message)
    return secret


DatabaseUrl = Annotated[SecretStr, AfterValidator(check_database_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(check_redis_url)]

TargetName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,19}$")]
"""What a client's backup target is called: `local`, `offsite`."""

PointId = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}t[0-9]{6}-[0-9a-f]{4}$")]
"""A recovery point: when it was taken (UTC) and four digits, as `20261126t031500-9f3a`."""

AgeRecipient = Annotated[str, StringConstraints(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
"""A public key of age (X25519): who holds the other half can open what is sealed to it."""

SshHostKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{60,1000}={0,2}$"
    ),
]
"""The public key of an SSH server, as the second and third word of a `known_hosts` line."""


def digest_of(text: str) -> str:
    """What names a text by its content: a template in a manifest, a publisher by its first root."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def version_key(version: str) -> tuple[object, ...]:
    """Order versions as semantic versioning does: 1.0.0-rc.1 comes before 1.0.0."""
    core, _, rest = version.partition("+")[0].partition("-")
    numbers = tuple(int(part) for part in re.findall(r"\d+", core)[:3])
    words = tuple(
        (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in rest.split(".")
    )
    return numbers, rest == "", words
