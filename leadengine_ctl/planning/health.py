"""How a client is, by the last word of its host. What is not known is never green (promise U5)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

GRACE = 10.0
"""Seconds on top of two intervals before a silent host counts as unknown."""

_CLOCKS_DIFFER = 30.0
"""Seconds that the clocks of host and panel may differ; a report is on its way for less."""


class Health(StrEnum):
    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Word:
    """The last word of a host. Times are seconds since 1970.

    Attributes:
        received_at: when it came, by the panel's clock.
        sent_at, looked_at: when it was sent and when the host was looked at, by the host's clock.
        interval: seconds between two reports.
    """

    received_at: float
    sent_at: float
    looked_at: float
    interval: float


def silence(word: Word | None, now: float) -> str:
    """Why nothing is known of a host; empty: its word is fresh."""
    if word is None:
        return "its agent has never reported"
    patience = 2 * word.interval + GRACE
    if now - word.received_at > patience:
        return "its agent has gone silent"
    # A reporter that repeats what it heard long ago says nothing about now.
    if word.sent_at - word.looked_at > patience:
        return "its agent reports, and what it reports is old"
    return ""


def wrong_clock(word: Word | None, now: float) -> str:
    """How far a host's clock is from ours, when that is too far; empty: it is right, or nobody knows."""
    if word is None or silence(word, now):
        return ""
    ahead = word.sent_at - word.received_at
    if abs(ahead) <= _CLOCKS_DIFFER:
        return ""
    return f"{timedelta(seconds=round(abs(ahead)))} {'ahead of' if ahead > 0 else 'behind'} ours"


def judge(word: Word | None, now: float, healthy: bool | None) -> tuple[Health, str]:
    """A client's health and why it is not green; `healthy` None: the host did not speak of it."""
    if why := silence(word, now):
        return Health.UNKNOWN, why
    if healthy is None:
        return Health.RED, "its host has no stack of it"
    return (Health.GREEN, "") if healthy else (Health.RED, "a service is not healthy")
