"""The spans of time the chart can show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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


DAY = Period("24h", "24 hours", "hour", 24)
FORTNIGHT = Period("14d", "14 days", "day", 14)
PERIODS = {period.name: period for period in (DAY, FORTNIGHT)}
