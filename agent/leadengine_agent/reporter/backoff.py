"""When to come back to a panel that did not answer."""

import random

_FIRST = 5.0
_MOST = 240.0
"""Seconds. However long the panel was away, nobody waits longer for his turn."""


class Backoff:
    """Each failure doubles the pause, up to four minutes; each pause is drawn anew from its upper half.

    Two hundred agents that lost their panel in one moment do not come back in one moment.
    """

    def __init__(self) -> None:
        self._failures = 0

    def good(self) -> None:
        self._failures = 0

    def pause(self, at_least: float = 0.0) -> float:
        """Seconds to wait after one more failure.

        Args:
            at_least: what the panel asked for; it is heeded up to the longest pause.
        """
        doubled = _FIRST * float(2 ** min(self._failures, 10))
        self._failures += 1
        span = max(min(_MOST, doubled), min(2 * at_least, _MOST))
        return span * (0.5 + random.random() / 2)  # noqa: S311 - no secret


def spread(interval: float) -> float:
    """An interval, a little shorter or longer each time, so that a fleet's reports do not fall together."""
    return interval * (0.95 + random.random() / 10)  # noqa: S311 - no secret
