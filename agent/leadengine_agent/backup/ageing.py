"""How old points are, by a clock that may have jumped. Pure.

The order of a catalogue's entries is certain, their times are not. Ages are added up along that order: a
step back of the clock ages nothing, and a leap ahead ages as much as a host that was off for two days.
"""

from collections.abc import Iterable, Sequence

from leadengine_agent.backup.catalogue import Entry, seconds_of
from leadengine_agent.backup.due import DAY
from leadengine_agent.values import PointId

_LONGEST = 2 * DAY
"""Seconds between two entries that are believed: a schedule writes one each day, also when it fails."""


def moments_of(entries: Iterable[Entry], now: float) -> dict[PointId, float]:
    """When each point was taken, as if the clock had never jumped; seen from `now`."""
    listed = list(entries)
    settled = unjumped([entry.at for entry in listed], now)
    return {
        entry.body["id"]: moment - _step(entry.at - seconds_of(entry.body["at"]))
        for entry, moment in zip(listed, settled, strict=True)
        if entry.kind == "point"
    }


def unjumped(times: Sequence[float], now: float) -> list[float]:
    """Times in the order in which they were noted, without what a clock cannot have measured."""
    settled: list[float] = []
    moment, later = now, now
    for time in reversed(times):
        moment -= _step(later - time)
        settled.append(moment)
        later = time
    return settled[::-1]


def _step(seconds: float) -> float:
    """What counts of a difference. Whole days are left out: an hour of the day stays what it is."""
    if seconds <= _LONGEST:
        return max(seconds, 0.0)
    return seconds - (seconds - _LONGEST) // DAY * DAY
