"""Maintenance windows: when a client's stack may be touched, as `sat-sun 02:00-05:00 Europe/Berlin`."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(
    r"(?P<days>[a-z,-]+) (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d) (?P<zone>[A-Za-z0-9_+/-]{1,40})"
)
_WEEK = 8
"""Days to look ahead: the same weekday may have passed its start today."""


@dataclass(frozen=True)
class Window:
    """Hours of some days of the week. One that ends before it starts ends on the next day.

    Attributes:
        days: of the week it starts on, Monday is 0.
    """

    days: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Read a window as a person types it.

        Raises:
            ValueError: it is not one, with a sentence for people.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(_HINT)
        try:
            start, end = time.fromisoformat(match["start"]), time.fromisoformat(match["end"])
            return cls(_days(match["days"]), start, end, ZoneInfo(match["zone"]))
        except (KeyError, OSError, ValueError):
            raise ValueError(_HINT) from None

    def is_open(self, at: datetime) -> bool:
        """True when `at` (aware) lies in the window."""
        today = at.astimezone(self.zone).date()
        spans = (self._span(today - timedelta(days=1)), self._span(today))
        return any(span is not None and span[0] <= at < span[1] for span in spans)

    def next_open(self, at: datetime) -> datetime:
        """When the window opens the next time after `at`, in its own zone."""
        today = at.astimezone(self.zone).date()
        spans = (self._span(today + timedelta(days=ahead)) for ahead in range(_WEEK))
        start = next(span[0] for span in spans if span is not None and span[0] > at)
        return start.astimezone(self.zone)

    def _span(self, day: date) -> tuple[datetime, datetime] | None:
        """Beginning and end in UTC, where a change of clocks does no harm; None: not on this day."""
        if day.weekday() not in self.days:
            return None
        last = day if self.end > self.start else day + timedelta(days=1)
        start = datetime.combine(day, self.start, self.zone)
        return start.astimezone(UTC), datetime.combine(last, self.end, self.zone).astimezone(UTC)


def _days(text: str) -> frozenset[int]:
    if text == "daily":
        return frozenset(range(7))
    return frozenset(day for part in text.split(",") for day in _range(part))


def _range(part: str) -> list[int]:
    first, _, last = part.partition("-")
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return [(start + ahead) % 7 for ahead in range((end - start) % 7 + 1)]


_HINT = (
    "a window is days, hours and a time zone, as in 'sat-sun 02:00-05:00 Europe/Berlin', "
    "'mon,thu 22:00-04:00 UTC' or 'daily 01:00-03:00 America/New_York'"
)


def _check(text: str) -> str:
    Window.parse(text)
    return text


WindowText = Annotated[str, AfterValidator(_check)]
"""A window as it is typed and stored."""
