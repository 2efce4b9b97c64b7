"""The spans of time the pages can show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal


@dataclass(frozen=True)
class Period:
    """A span that ends now, cut into equal steps."""

    name: str
    label: str
    unit: Literal["hour", "day"]
    steps: int

    @property
    def step(self) -> timedelta:
        return timedelta(hours=1) if self.unit == "hour" else timedelta(days=1)

    def starts(self, now: datetime) -> tuple[datetime, ...]:
        """The first moment of each step, oldest first; `now` falls into the last."""
        last = now.replace(minute=0, second=0, microsecond=0)
        if self.unit == "day":
            last = last.replace(hour=0)
        return tuple(last - self.step * back for back in reversed(range(self.steps)))

    def span(self, now: datetime) -> "Span":
        """From the first step's beginning to the last one's end."""
        starts = self.starts(now)
        return Span(starts[0], starts[-1] + self.step)

    @property
    def length(self) -> timedelta:
        return self.step * self.steps


@dataclass(frozen=True)
class Span:
    """From a moment on, up to another one that no longer belongs to it."""

    begin: datetime
    end: datetime

    def before(self, length: timedelta) -> "Span":
        """The span of this length that ends where this one begins."""
        return Span(self.begin - length, self.begin)

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the one after the last."""
        return self.begin.date(), self.end.date()


def spans_of(days: Iterable[date]) -> list[Span]:
    """Whole days as spans: those that follow one another are one."""
    found: list[Span] = []
    for day in sorted(days):
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(days=1)
        if found and found[-1].end == begin:
            begin = found.pop().begin
        found.append(Span(begin, end))
    return found


DAY = Period("24h", "24 hours", "hour", 24)
WEEK = Period("7d", "7 days", "day", 7)
FORTNIGHT = Period("14d", "14 days", "day", 14)
MONTH = Period("30d", "30 days", "day", 30)
QUARTER = Period("90d", "90 days", "day", 90)
PERIODS = {period.name: period for period in (DAY, WEEK, MONTH, QUARTER)}
