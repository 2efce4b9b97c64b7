"""What a new server is told at its first boot: the host key we know it by, and who may sign in."""

import json
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
    # Every value is written as JSON, in which nothing can end early or begin anew.
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - no HTML
    environment.filters["tojson"] = json.dumps
    template = environment.from_string(path.read_text(encoding="utf-8"))
    return template.render(
        name=name,
        private_key=key.private.get_secret_value(),
        public_key=key.public,
        authorized_keys=[operator_key],
    )
