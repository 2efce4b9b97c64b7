"""Who this agent is: an Ed25519 key that was made here, and what it signs.

The key never leaves the host. What goes over the wire is an assertion for one request that is good for
a minute, so that whoever reads one along the way has nothing he could use.
"""

import base64
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nacl import bindings

from leadengine_agent import assertions
from leadengine_agent.files import write_atomically

_LIFE = 60
"""Seconds that an assertion is good for."""

_ROTATE_AFTER = 1800.0
"""Seconds after which the credential is counted on: within an hour a clone shows."""


class Clock:
    """The panel's time: the host's own may be off, and an assertion must not fail for it."""

    def __init__(self, host: Callable[[], float] = time.time) -> None:
        self.host = host
        self.offset = 0.0

    def now(self) -> float:
        return self.host() + self.offset

    def correct(self, panel: float, sent: float, answered: float) -> None:
        """Learn from an answer; sent, answered: this host's clock around it."""
        offset = panel - (sent + answered) / 2
        if abs(offset - self.offset) > 1.0:
            self.offset = offset


class Identity:
    """Key and count of rotations, as files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "identity.key"
        self._state = folder / "identity.json"

    @property
    def exists(self) -> bool:
        return self._key.exists() and self._state.exists()

    def renew(self) -> None:
        """Make a new key, for an enrolment. The counter starts when the panel has taken it up."""
        self._state.unlink(missing_ok=True)
        seed = base64.b64encode(os.urandom(bindings.crypto_sign_SEEDBYTES))
        write_atomically(self._key, seed, mode=0o600)

    def begin(self, counter: int) -> None:
        """The panel has taken up the key."""
        self._keep({"counter": counter, "pending": "", "rotated": time.time()})

    @property
    def has_key(self) -> bool:
        return self._key.exists()

    @property
    def public_key(self) -> str:
        """Base64 of the 32 bytes."""
        return base64.b64encode(self._pair()[0]).decode()

    @property
    def counter(self) -> int:
        return int(self._read().get("counter", 0))

    @property
    def is_rotation_due(self) -> bool:
        """True when the last one is long ago, in the future, or was begun and never answered."""
        state = self._read()
        age = time.time() - float(state.get("rotated", 0))
        return bool(state.get("pending")) or not 0 <= age < _ROTATE_AFTER

    def rotation(self) -> str:
        """The word for the rotation that is under way; written down before it is first sent."""
        state = self._read()
        if not state["pending"]:
            state["pending"] = os.urandom(16).hex()
            self._keep(state)
        return str(state["pending"])

    def assertion(self, host: str, audience: str, now: float, request: str) -> str:
        """A statement that this very request is ours.

        Args:
            now: the panel's time.
            request: digest of method, path and body.
        """
        claims = {
            "iss": host,
            "sub": host,
            "aud": audience,
            "iat": int(now),
            "exp": int(now) + _LIFE,
            "jti": os.urandom(16).hex(),
            "ctr": self.counter,
            "req": request,
        }
        secret = self._pair()[1]
        return assertions.encode(claims, lambda body: bindings.crypto_sign(body, secret)[:64])

    def _pair(self) -> tuple[bytes, bytes]:
        seed = base64.b64decode(self._key.read_bytes())
        pair: tuple[bytes, bytes] = bindings.crypto_sign_seed_keypair(seed)
        return pair

    def _read(self) -> dict[str, Any]:
        if not self._state.exists():
            return {}
        found: dict[str, Any] = json.loads(self._state.read_text())
        return found

    def _keep(self, state: dict[str, Any]) -> None:
        write_atomically(self._state, json.dumps(state), mode=0o600)
