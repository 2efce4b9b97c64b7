"""What a new server is told at its first boot: the host key we know it by, and who may sign in."""

import json
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jinja2 import Environment, StrictUndefined
from pydantic import SecretStr

from leadengine_ctl import resources

_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
"""How JSON writes one character beyond 16 bits."""


@dataclass(frozen=True)
class HostKeyPair:
    """A host key of our making. `public` is as in `ssh-ed25519 AAAA…`."""

    public: str
    private: SecretStr


def make_host_key() -> HostKeyPair:
    """A new key that nobody has."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return HostKeyPair(public.decode("ascii"), SecretStr(private.decode("ascii")))


def user_data(name: str, key: HostKeyPair, operator_key: str) -> str:
    """The text for cloud-init. It carries a private key: for the provider's eyes alone."""
    path = resources.data_folder("templates") / "host" / "cloud-init.yaml"
    # Every value is quoted by one function, in which nothing can end early or begin anew.
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - no HTML
    environment.filters["tojson"] = _as_yaml
    template = environment.from_string(path.read_text(encoding="utf-8"))
    return template.render(
        name=name,
        private_key=key.private.get_secret_value(),
        public_key=key.public,
        authorized_keys=[operator_key],
    )


def _as_yaml(value: object) -> str:
    """JSON, which YAML reads as it is; but for characters beyond 16 bits, which YAML writes otherwise."""
    return _PAIR.sub(lambda pair: f"\\U{_code_point(pair):08x}", json.dumps(value))


def _code_point(pair: re.Match[str]) -> int:
    high, low = (int(each, 16) for each in pair.groups())
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
