"""Limits: how often somebody may guess, and how fast anybody may ask.

Guesses are counted by device. A browser in which a person has signed in before carries a mark for that
person and is counted by itself; all others share one count for the account. So a stranger who guesses
locks out strangers, and never the person at their own desk. A second count is by network, over all accounts.
"""

import ipaddress
import threading
import time
from dataclasses import dataclass

from pydantic import SecretStr

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.proofs import Attempts
from leadengine_ctl.secrets import KeyRing, digest

SPAN = 900.0
"""Seconds in which failures add up."""

_FROM_DEVICE = 10
_FOR_ACCOUNT = 10
_FROM_NETWORK = 40
_MARK_DAYS = 90


@dataclass(frozen=True)
class Guesses:
    """The failures that count for one attempt to sign in: each key with how many it may have."""

    attempts: Attempts
    limits: dict[str, int]

    def too_many(self) -> bool:
        return any(self.attempts.count(key, SPAN) >= most for key, most in self.limits.items())

    def failed(self) -> None:
        for key in self.limits:
            self.attempts.add(key, SPAN)

    def succeeded(self) -> None:
        for key in self.limits:
            if not key.startswith("network:"):
                self.attempts.clear(key)


def guesses(attempts: Attempts, keys: KeyRing, email: str, device: str, source: str) -> Guesses:
    """What counts for an attempt: `device` is the mark that the browser sent, or nothing."""
    if device and _is_mark_of(keys, device, email):
        return Guesses(attempts, {f"device:{digest(device)}": _FROM_DEVICE})
    limits = {
        f"account:{digest(email.lower())}": _FOR_ACCOUNT,
        f"network:{network_of(source)}": _FROM_NETWORK,
    }
    return Guesses(attempts, limits)


def mark(keys: KeyRing, email: str) -> str:
    """A mark for the browser that somebody has just signed in with."""
    return keys.seal(SecretStr(f"{email.lower()}|{int(time.time())}"))


def _is_mark_of(keys: KeyRing, device: str, email: str) -> bool:
    try:
        whom, _, at = keys.unseal(device).get_secret_value().rpartition("|")
    except LeadEngineError:
        return False
    return whom == email.lower() and float(at) > time.time() - _MARK_DAYS * 86_400


def network_of(source: str) -> str:
    """The network an address belongs to, as far as one household or office reaches."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return "unknown"
    length = 32 if address.version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{length}", strict=False))


class Pace:
    """Requests by key at an even pace, with a burst to spare; for this process."""

    def __init__(self, per_second: float, burst: float, most_keys: int = 10_000) -> None:
        self._rate = per_second
        self._burst = burst
        self._most = most_keys
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Seconds until this one may ask; 0: now, and it counts."""
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(key, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._rate)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            while len(self._left) > self._most:
                del self._left[next(iter(self._left))]
        return 0.0 if allowed else (1 - left) / self._rate
