"""When a point or a drill is due. Pure: the same values give the same answer, on any host."""

import hashlib
from dataclasses import dataclass

from leadengine_agent.protocol import BackupSchedule

HOUR, DAY = 3600.0, 86_400.0
_GRACE = 900.0
"""Seconds after the latest moment of a point before its absence is a fault."""

_PAUSES = (300.0, 900.0, 3600.0)
"""Seconds to wait after the first, second and further failed attempts."""


@dataclass(frozen=True)
class Past:
    """What counts of the past. Moments in seconds since 1970; None: never.

    Attributes:
        good: when the newest point was taken that is good at every target.
        attempted: when a point was last tried.
        failures: attempts that failed since.
        since: when the policy came into force: before that nothing was owed.
    """

    good: float | None = None
    attempted: float | None = None
    failures: int = 0
    since: float = 0.0


def spread(client_id: str, span: float) -> float:
    """A client's own moment within a span: always the same, and evenly spread over clients."""
    share = int.from_bytes(hashlib.sha256(client_id.encode()).digest()[:4], "big") / 2**32
    return share * span


def slot(schedule: BackupSchedule, client_id: str, now: float) -> float | None:
    """The newest moment, not after `now`, at which a point is to be taken; None: never."""
    match schedule.every:
        case "never":
            return None
        case "hourly":
            minute = spread(client_id, HOUR)
            return now - (now - minute) % HOUR
        case "daily":
            begin, end = schedule.window
            length = ((end - begin) % 24 or 24) * HOUR
            moment = begin * HOUR + spread(client_id, length)
            return now - (now - moment) % DAY


def interval(schedule: BackupSchedule) -> float:
    """Seconds between two points."""
    return HOUR if schedule.every == "hourly" else DAY


def is_point_due(schedule: BackupSchedule, client_id: str, past: Past, now: float) -> bool:
    """Is there a slot without a good point, and is it time to try (again)?

    A host that was off catches up at once, in or out of the window. A clock that went back does not
    hold up points: an attempt of the future is none, and a policy from there is in force.
    """
    wanted = slot(schedule, client_id, now)
    if wanted is None or wanted < past.since <= now + _GRACE:
        return False
    good = past.good if past.good is not None and past.good <= now + _GRACE else None
    if good is not None and good >= wanted:
        return False
    attempted = past.attempted
    if not past.failures or attempted is None or attempted > now:
        return True
    return now - attempted >= _PAUSES[min(past.failures, len(_PAUSES)) - 1]


def overdue_after(schedule: BackupSchedule, client_id: str, past: Past) -> float | None:
    """When the next good point should be there at the latest; None: none is planned."""
    if schedule.every == "never":
        return None
    start = past.since if past.good is None else max(past.good, past.since)
    following = slot(schedule, client_id, start + interval(schedule))
    assert following is not None  # noqa: S101 - only `never` has no slot
    return following + _GRACE + min(interval(schedule) / 4, HOUR)


def is_drill_due(
    schedule: BackupSchedule, client_id: str, drilled: float | None, since: float, now: float
) -> bool:
    """Is the newest drill older than the policy allows? The first comes within a day.

    One that would be due later than any can be was noted by a clock that was ahead: it does not count.
    """
    latest = drill_due(schedule, client_id, drilled, since)
    return latest is not None and not now < latest <= now + (schedule.drill_days + 1) * DAY


def drill_due(
    schedule: BackupSchedule, client_id: str, drilled: float | None, since: float
) -> float | None:
    """When the next drill is to begin; None: never."""
    if not schedule.drill_days:
        return None
    if drilled is None:
        return since + spread(f"drill {client_id}", DAY)
    return drilled + schedule.drill_days * DAY


def drill_overdue_after(
    schedule: BackupSchedule, client_id: str, drilled: float | None, since: float
) -> float | None:
    """When its absence is a fault."""
    latest = drill_due(schedule, client_id, drilled, since)
    return None if latest is None else latest + DAY
