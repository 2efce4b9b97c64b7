"""Is a host well, ill, or can nobody say? Decided from its last heartbeat and the time alone.

What is not known is never shown as good: a colour fades by itself when nothing arrives.
"""

from dataclasses import dataclass
from enum import StrEnum

_GRACE = 10.0
"""Seconds beyond two intervals that a report may take on its way."""


class HostColour(StrEnum):
    """`green`: well, and said so just now. `red`: said just now that something is wrong."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LastHeartbeat:
    """What is known of a host's last heartbeat. All times are seconds since 1970.

    Attributes:
        received_at: by the clock of the panel.
        sent_at, looked_at: by the host's clock: when it was sent, and how old what it says was then.
        interval: seconds between two reports, as the panel asked for.
    """

    received_at: float
    sent_at: float
    looked_at: float
    interval: float
    healthy: bool


def seconds_known(last: LastHeartbeat, now: float) -> float:
    """How old what we know is.

    A report may be sent afresh with an old look in it; how old only the host can say, and both of its
    times are of one clock. A panel whose own clock went back knows nothing for sure.
    """
    on_the_host = abs(last.sent_at - last.looked_at)
    since = now - last.received_at
    return on_the_host + since if since >= 0 else float("inf")


def colour(last: LastHeartbeat | None, now: float) -> HostColour:
    """A host's colour at a moment; None: it never reported."""
    if last is None or seconds_known(last, now) > 2 * last.interval + _GRACE:
        return HostColour.UNKNOWN
    return HostColour.GREEN if last.healthy else HostColour.RED
