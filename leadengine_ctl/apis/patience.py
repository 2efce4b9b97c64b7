"""How long to go on asking an API that says "not now"."""

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from leadengine_ctl.apis.refusals import UnknownFateError

Value = TypeVar("Value")

_ATTEMPTS = 8
_FIRST = 0.01
"""The first wait, as a part of all the patience there is; each next one is twice as long."""


@dataclass(frozen=True)
class Patience:
    """Bounds for asking again.

    Attributes:
        seconds: what all waits of one request may add up to.
    """

    seconds: float = 100.0
    attempts: int = _ATTEMPTS
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time

    def wait(self, attempt: int, asked: float | None, waited: float) -> float | None:
        """Seconds to wait before the next attempt; None: enough.

        Args:
            attempt: how many there were.
            asked: what the API asks for, when it says.
            waited: what was waited so far.
        """
        pause = self.seconds * _FIRST * 2 ** (attempt - 1) if asked is None else asked
        if attempt >= self.attempts or waited + pause > self.seconds:
            return None
        self.sleep(pause)
        return pause

    def settle(self, order: Callable[[], Value]) -> Value:
        """Give an order again when its fate is unknown. It looks before it acts: that is up to it.

        Raises:
            UnknownFateError: still no answer after all attempts.
        """
        waited, attempt = 0.0, 1
        while True:
            try:
                return order()
            except UnknownFateError:
                pause = self.wait(attempt, None, waited)
                if pause is None:
                    raise
                waited, attempt = waited + pause, attempt + 1

    def asked(self, headers: Mapping[str, str]) -> float | None:
        """Seconds that the headers of a refusal ask to wait; None when they do not say.

        `Retry-After` counts. `RateLimit-Reset` is when the whole limit is free again, which may be an
        hour away while one request is free in a second: it counts when it is near.
        """
        after = headers.get("Retry-After")
        if after:
            return max(0.0, _retry_after(after, self.now()))
        reset = headers.get("RateLimit-Reset", "")
        left = float(reset) - self.now() if reset.isdigit() else self.seconds
        return max(0.0, left) if left < self.seconds / 2 else None


def _retry_after(text: str, now: float) -> float:
    """Seconds, or a date (RFC 9110)."""
    if text.strip().isdigit():
        return float(text)
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() - now
    except ValueError:
        return 1.0
