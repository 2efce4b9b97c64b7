"""How long a host's disk lasts, and whether the host has the right size. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

_DAY = 86_400.0
_MIN_SPAN = 6 * 3600.0
"""Seconds of history below which nothing can be said about where things go."""

_HORIZON = 365.0


@dataclass(frozen=True)
class Sample:
    """How much was free at a time; sizes in bytes."""

    at: float
    disk_free: int
    memory_free: int


def days_until_full(samples: Sequence[Sample]) -> float | None:
    """Days until the disk is full when it goes on as it did; None: it does not fill, or nobody knows."""
    if len(samples) < 3 or samples[-1].at - samples[0].at < _MIN_SPAN:
        return None
    slope = _slope([(each.at, float(each.disk_free)) for each in samples])
    if slope >= 0:
        return None
    days = samples[-1].disk_free / -slope / _DAY
    return days if days <= _HORIZON else None


def advice(
    samples: Sequence[Sample], memory_total: int, disk_total: int, stacks: int
) -> tuple[str, ...]:
    """Sentences on the size of a host; none: it fits, or too little is known."""
    if not samples or not memory_total or not disk_total:
        return ()
    memory = min(each.memory_free for each in samples) / memory_total
    disk = min(each.disk_free for each in samples) / disk_total
    found = []
    if memory < 0.08:
        found.append("Memory was nearly used up: take the next larger size, or move a client away.")
    if disk < 0.10:
        found.append(
            "The disk is nearly full: enlarge it, or keep fewer generations and backups here."
        )
    known = samples[-1].at - samples[0].at >= _DAY
    if known and memory > 0.6 and disk > 0.6:
        more = max(1, int(stacks * memory / (1 - memory)))
        found.append(
            f"More than half of it was never used: it could carry about {more} more stacks of this kind, "
            "or be half its size."
        )
    return tuple(found)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the straight line that fits best, by the least squares."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0:
        return 0.0
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
