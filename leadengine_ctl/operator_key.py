"""The operator's own key: it signs what no panel may order by itself. It belongs where no panel runs."""

import base64
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadengine_agent.assertions import digest, encode
from leadengine_ctl.durable_files import create_once
from leadengine_ctl.errors import LeadEngineError, NotAllowedError

_LIFE = 3600
"""Seconds that a signature is good for: the host has to come for the task within them."""


@dataclass(frozen=True)
class OperatorKey:
    """An Ed25519 key in a file."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """Base64 of the public key, as hosts are told it."""
        raw = self.private.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    @property
    def id(self) -> str:
        """Names the key: the beginning of its hash."""
        return hashlib.sha256(base64.b64decode(self.public)).hexdigest()[:16]

    def sign_task(self, host: str, text: str) -> str:
        """A statement that this very task may be carried out on this host, within the next hour."""
        now = int(time.time())
        claims = {
            "iss": self.id,
            "aud": f"host:{host}",
            "task": digest(text.encode()),
            "iat": now,
            "exp": now + _LIFE,
        }
        return encode(claims, self.private.sign)


def load_key(path: Path) -> OperatorKey:
    """The key in a file, made when there is none.

    Raises:
        NotAllowedError: others can read the file.
        LeadEngineError: it holds no such key.
    """
    if not path.exists():
        create_once(path, _new())
    if path.stat().st_mode & 0o077:
        raise NotAllowedError(
            f"The operator key {path} can be read by others",
            "Whoever has it can have hosts destroy stacks.",
            f"Run: chmod 600 {path}",
        )
    try:
        key = form.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _damaged(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged(path)
    return OperatorKey(key)


def _damaged(path: Path) -> LeadEngineError:
    return LeadEngineError(
        f"The operator key {path} cannot be read",
        "It is no Ed25519 key in PEM.",
        "Bring it back from your own backup, or remove it and enrol the hosts anew with another.",
    )


def _new() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
