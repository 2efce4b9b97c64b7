"""How we know that a host is the one we mean: its key, pinned at the first contact."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from leadengine_ctl.hosts.address import HostAddress


@dataclass(frozen=True)
class HostKey:
    """The public key of a host. `str` gives `ssh-ed25519 AAAA…`, which `parse` takes."""

    kind: str
    blob: bytes

    def __str__(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """What `ssh-keygen -l` prints: `SHA256:` and the unpadded base64 of the hash."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode()
        return "SHA256:" + digest.rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "HostKey":
        kind, blob = text.split(" ")
        return cls(kind, base64.b64decode(blob, validate=True))


def _nobody_to_ask(_address: HostAddress, _key: HostKey) -> bool:
    return False


def _keep_nothing(_key: HostKey) -> None:
    return


@dataclass(frozen=True)
class HostTrust:
    """What a host's key is compared with, the first that applies.

    Attributes:
        fingerprint: `SHA256:…` the operator gave with this command (`--host-key`); it also replaces
            a pinned key, which is how a reinstalled host is taken up again.
        pinned: the key of earlier contacts; `~/.ssh/known_hosts` comes before it where it has the
            host.
        made: we made the host and know its key for sure; `~/.ssh/known_hosts` is not asked, for a
            cloud gives out addresses again.
        confirm: asked on first contact when none of these is known; True to go on.
        pin: called with an accepted key that is not `pinned` yet, before anybody signs in.
    """

    pinned: HostKey | None = None
    fingerprint: str | None = None
    confirm: Callable[[HostAddress, HostKey], bool] = _nobody_to_ask
    pin: Callable[[HostKey], None] = _keep_nothing
    made: bool = False
