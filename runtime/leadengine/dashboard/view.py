"""What a page of numbers shows, as its address has it: kept, sent, and gone back to like any address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from leadengine.dashboard.funnels import MOST_STEPS, steps_of
from leadengine.dashboard.periods import MONTH, PERIODS, Period

DIMENSIONS = {
    "page": "Pages",
    "source": "Sources",
    "channel": "Channels",
    "campaign": "Campaigns",
    "entry": "Entry pages",
    "event": "Events",
    "company": "Companies",
    "device": "Devices",
    "browser": "Browsers",
    "system": "Systems",
    "locale": "Languages",
}
"""What visits are told apart by: each value in the pages' tables is a link that filters by it."""


@dataclass(frozen=True)
class Filter:
    """One dimension has one value."""

    kind: str
    value: str


@dataclass(frozen=True)
class View:
    """A period, filters that all apply, and the steps of a funnel."""

    period: Period = MONTH
    filters: tuple[Filter, ...] = ()
    steps: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read an address; what is not known is left out."""
        given = {kind: query.get(kind, "").replace("\0", "")[:500] for kind in DIMENSIONS}
        filters = tuple(Filter(kind, value) for kind, value in given.items() if value)
        period = PERIODS.get(query.get("period", ""), MONTH)
        return cls(period, filters, steps_of(query.get("steps", "")))

    def address(self, path: str = "/insights") -> str:
        """The address that shows this."""
        query = {"period": self.period.name} if self.period != MONTH else {}
        query |= {one.kind: one.value for one in self.filters}
        if self.steps:
            query["steps"] = "\n".join(self.steps)
        return path + (f"?{urlencode(query)}" if query else "")

    def within(self, period: Period) -> Self:
        """The same for another period."""
        return replace(self, period=period)

    def only(self, kind: str, value: str) -> Self:
        """The same for one value of a dimension."""
        others = tuple(one for one in self.filters if one.kind != kind)
        return replace(self, filters=(*others, Filter(kind, value)))

    def can_take(self, step: str) -> bool:
        """Whether a name can be one more step of the funnel: what holds a comma would be two."""
        return steps_of(step) == (step,) and step not in self.steps and len(self.steps) < MOST_STEPS

    def with_step(self, step: str) -> Self:
        """The same with one more step at the end of the funnel."""
        return replace(self, steps=(*self.steps, step))

    def without_step(self, at: int) -> Self:
        """The same with a step of the funnel less."""
        return replace(self, steps=self.steps[:at] + self.steps[at + 1 :])

    def without(self, filter_: Filter) -> Self:
        """The same with a filter less."""
        return replace(self, filters=tuple(one for one in self.filters if one != filter_))
