"""Which points stay. Pure, and careful: what is not plainly superfluous stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from leadengine_agent.protocol import Retention
from leadengine_agent.values import PointId

DAY = 86_400.0


@dataclass(frozen=True)
class Dated:
    """A point and when it was taken, as far as it is known. `good`: it can be restored."""

    id: PointId
    at: float
    good: bool = True


def kept(points: Sequence[Dated], keep: Retention, now: float) -> frozenset[PointId]:
    """The points that stay.

    Of each of the last so many hours, days, weeks and months the newest good one stays; where a period
    has none, the nearest good one older than the period is promoted into its place. Whatever is younger
    than the window, or claims to be of the future, stays in any case, and so does the newest good one.
    """
    good = sorted((point for point in points if point.good), key=lambda point: point.at)
    staying = {point.id for point in points if point.at > now - keep.within_days * DAY}
    staying |= {point.id for point in good[-1:]}
    for starts in _periods(keep, now):
        staying |= set(_of_periods(good, starts))
    return frozenset(staying)


def _of_periods(good: Sequence[Dated], periods: Iterable[tuple[float, float]]) -> Iterable[PointId]:
    for start, end in periods:
        inside = [point for point in good if start <= point.at < end]
        before = [point for point in good if point.at < start]
        if inside:
            yield inside[-1].id
        elif before:
            yield before[-1].id


def _periods(keep: Retention, now: float) -> Iterable[list[tuple[float, float]]]:
    """`(begin, end)` of the periods of each kind, from the current one back."""
    day = now - now % DAY
    yield [
        (now - now % 3600 - 3600 * n, now - now % 3600 - 3600 * (n - 1)) for n in range(keep.hourly)
    ]
    yield [(day - DAY * n, day - DAY * (n - 1)) for n in range(keep.daily)]
    week = day - datetime.fromtimestamp(now, UTC).weekday() * DAY
    yield [(week - 7 * DAY * n, week - 7 * DAY * (n - 1)) for n in range(keep.weekly)]
    yield [(_month(now, n), _month(now, n - 1)) for n in range(keep.monthly)]


def _month(now: float, back: int) -> float:
    today = datetime.fromtimestamp(now, UTC)
    months = today.year * 12 + today.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp()


def reckoned(points: Iterable[Dated], now: float) -> float:
    """The moment from which ages count: two days after the newest point at the latest.

    What nothing is added to does not grow old, and a clock that is ahead makes nothing superfluous.
    """
    newest = max((point.at for point in points), default=now)
    return min(now, newest + 2 * DAY)


_MOST_A_DAY = 30
"""Points a day above which somebody else than a schedule was at work: 24 hourly ones and some by hand."""


def suspicion(points: Sequence[Dated], now: float) -> str:
    """Why nothing should be pruned for now; empty: nothing is strange."""
    future = sum(point.at > now + 600 for point in points)
    if future:
        return f"{future} points say that they are of the future"
    days: dict[float, int] = {}
    for point in points:
        days[point.at // DAY] = days.get(point.at // DAY, 0) + 1
    most = max(days.values(), default=0)
    return f"{most} points say that they are of one day" if most > _MOST_A_DAY else ""
