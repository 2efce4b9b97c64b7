"""Whether a client's recovery points are as fresh as promised. Pure; the alarm comes from absence.

Nothing here believes a word such as "success". What counts is the time of the newest point that was
read back where it lies, held against our own clock. So a host that is silent, a schedule that is
off and a storage that swallows everything turn red by themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GRACE = timedelta(minutes=15)
"""How long a point may take, beyond its time in the schedule."""

_FUTURE = timedelta(minutes=5)
"""A point from further ahead is none: the host's clock is wrong, or somebody forged it."""


class Condition(StrEnum):
    """How a client's recovery points are.

    LOCAL_ONLY: fresh, and nothing but the host's own disk holds them. OFFSITE_FAILED: the host has
    a fresh one, and a place outside of it has not. UNKNOWN: the host is silent, and its next point
    is not due yet. ALARM: the host saw what must not be, as points that vanished. UNPROVEN: no point
    was restored and compared for longer than promised.
    """

    GOOD = "good"
    LOCAL_ONLY = "local only"
    OFFSITE_FAILED = "off-site failed"
    LOCAL_FAILED = "local failed"
    OVERDUE = "overdue"
    NEVER = "never"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    OFF = "off"
    ALARM = "alarm"
    UNPROVEN = "unproven"


RED = frozenset(
    {
        Condition.OFFSITE_FAILED,
        Condition.LOCAL_FAILED,
        Condition.OVERDUE,
        Condition.NEVER,
        Condition.ALARM,
    }
)


@dataclass(frozen=True)
class Place:
    """Where points are kept.

    Attributes:
        offsite: True: it outlives the host.
        newest: when the newest point was taken that was read back there; None: there is none.
        failure: why the last attempt failed there; empty: it did not.
    """

    name: str
    offsite: bool
    newest: datetime | None = None
    failure: str = ""


@dataclass(frozen=True)
class Promise:
    """What was promised: a point every `every`; None: nothing, backups are off. `since`: from when on."""

    every: timedelta | None
    since: datetime


@dataclass(frozen=True)
class Verdict:
    """A condition, and a sentence for people; empty when all is well.

    Attributes:
        newest: when the newest point was taken that is anywhere; None: there is none.
    """

    condition: Condition
    sentence: str = ""
    newest: datetime | None = None

    @property
    def red(self) -> bool:
        return self.condition in RED


def judge(
    places: Iterable[Place],
    promise: Promise,
    now: datetime,
    *,
    heard: bool = True,
    alarms: Sequence[str] = (),
    proof_due: datetime | None = None,
) -> Verdict:
    """Judge places by what is there, at `now` (aware).

    Args:
        heard: the host itself answered just now.
        alarms: what it says that a person must look at.
        proof_due: when a point should have been proven at the latest; None: nothing was promised.
    """
    if promise.every is None:
        return Verdict(Condition.OFF, "No recovery points are taken by themselves.")
    limit = promise.every + GRACE
    known = [_believed(each, now) for each in places]
    fresh = {each.name for each in known if each.newest and now - each.newest <= limit}
    times = [each.newest for each in known if each.newest]
    newest = max(times, default=None)
    late = [each for each in known if each.name not in fresh]
    if not fresh:
        return _nothing_fresh(known, promise, newest, now)
    if alarms:
        return Verdict(Condition.ALARM, " ".join(alarms), newest)
    if not heard:
        return Verdict(Condition.UNKNOWN, "The host is silent; its next point is not due.", newest)
    condition = _of_the_rest(known, late)
    if condition is Condition.GOOD and proof_due is not None and proof_due < now:
        since = f"A proof is overdue since {age(now - proof_due)}: lectl backup verify CLIENT"
        return Verdict(Condition.UNPROVEN, since, newest)
    return Verdict(condition, _sentence(condition, late, now), newest)


def _of_the_rest(known: list[Place], late: list[Place]) -> Condition:
    """Some place has a fresh point; what of the others?"""
    if any(each.offsite for each in late):
        return Condition.OFFSITE_FAILED
    if late:
        return Condition.LOCAL_FAILED
    return Condition.GOOD if any(each.offsite for each in known) else Condition.LOCAL_ONLY


def _nothing_fresh(
    known: list[Place], promise: Promise, newest: datetime | None, now: datetime
) -> Verdict:
    failures = " ".join(f"{each.name}: {each.failure}" for each in known if each.failure)
    every = promise.every or timedelta()
    if newest is not None:
        sentence = (
            f"The newest recovery point is {age(now - newest)} old; one is due every {age(every)}."
        )
        return Verdict(Condition.OVERDUE, f"{sentence} {failures}".strip(), newest)
    if now - promise.since <= every + GRACE and not failures:
        return Verdict(
            Condition.WAITING, "There is no recovery point yet; the first one is due soon."
        )
    return Verdict(Condition.NEVER, f"There is no recovery point. {failures}".strip())


def _believed(place: Place, now: datetime) -> Place:
    if place.newest is None or place.newest - now <= _FUTURE:
        return place
    why = "its newest point lies in the future; the host's clock is wrong"
    return Place(place.name, place.offsite, None, place.failure or why)


def _sentence(condition: Condition, late: list[Place], now: datetime) -> str:
    if condition is Condition.GOOD:
        return ""
    if condition is Condition.LOCAL_ONLY:
        return "There is no off-site copy: the points end with the host."
    return " ".join(
        f"{each.name}: {each.failure or _since(each, now)}".rstrip(".") + "." for each in late
    )


def _since(place: Place, now: datetime) -> str:
    if place.newest is None:
        return "has no recovery point"
    return f"its newest recovery point is {age(now - place.newest)} old"


def age(span: timedelta) -> str:
    """A span as people say it: `40 s`, `12 min`, `5 h`, `3 days`."""
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((172_800, "days"), (7200, "h"), (120, "min")):
        if seconds >= size:
            whole = {"days": 86_400, "h": 3600, "min": 60}[unit]
            return f"{seconds // whole} {unit}"
    return f"{seconds} s"
