"""A bar chart as numbers: the template draws them as SVG, without script or inline style."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leadengine.dashboard.periods import Period

WIDTH = 720
HEIGHT = 180
_BASE = 156
_TOP = 12
_LEFT = 34
_GAP = 0.28
_ROUND_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One step of the period, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float
    title: str
    label: str


@dataclass(frozen=True)
class Line:
    """A horizontal line of the grid and the number it stands for."""

    y: float
    value: int


@dataclass(frozen=True)
class Chart:
    """Everything the template draws."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw(counts: Mapping[datetime, int], period: Period, now: datetime) -> Chart:
    """The chart of a period; a step without visits is an empty place."""
    starts = period.starts(now)
    top = _ceiling(max((counts.get(start, 0) for start in starts), default=0))
    bars = tuple(
        _bar(index, start, counts.get(start, 0), top, period) for index, start in enumerate(starts)
    )
    lines = tuple(Line(round(_height_to_y(value, top), 1), value) for value in (0, top // 2, top))
    return Chart(bars, lines)


def _ceiling(highest: int) -> int:
    """The next even number that reads well on an axis."""
    size = 1
    while True:
        for step in _ROUND_STEPS:
            if step * size * 2 >= highest:
                return step * size * 2
        size *= 10


def _bar(index: int, start: datetime, count: int, top: int, period: Period) -> Bar:
    slot = (WIDTH - _LEFT) / period.steps
    y = _height_to_y(count, top)
    name = f"{start:%H:%M}" if period.unit == "hour" else f"{start:%d %b}"
    noun = "visit" if count == 1 else "visits"
    return Bar(
        x=round(_LEFT + slot * (index + _GAP / 2), 1),
        y=round(y, 1),
        width=round(slot * (1 - _GAP), 1),
        height=round(_BASE - y, 1),
        title=f"{name} UTC: {count} {noun}",
        label=name if _is_labelled(index, period) else "",
    )


def _is_labelled(index: int, period: Period) -> bool:
    every = 6 if period.unit == "hour" else 3
    return (period.steps - 1 - index) % every == 0


def _height_to_y(value: int, top: int) -> float:
    return _BASE - (_BASE - _TOP) * value / top
