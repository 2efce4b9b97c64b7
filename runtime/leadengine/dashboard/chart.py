"""A bar chart as numbers: the template draws them as SVG, without script or inline style."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadengine.dashboard.periods import Period

WIDTH = 720
HEIGHT = 160
_GAP = 0.28
_ROUND_TENTHS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 80)


@dataclass(frozen=True)
class Bar:
    """One step of the period: its place in the drawing, and the words for it."""

    slot: float
    x: float
    y: float
    width: float
    height: float
    title: str
    label: str
    before: float | None = None
    """Where the period before had its top; None where it is not compared."""


@dataclass(frozen=True)
class Chart:
    """Everything the template draws; `numbers` stand beside the lines, from the top down."""

    bars: tuple[Bar, ...]
    numbers: tuple[int, int, int]
    slot_width: float
    width: int = WIDTH
    height: int = HEIGHT


def draw(
    counts: Mapping[datetime, int],
    period: Period,
    now: datetime,
    before: Mapping[datetime, int] | None = None,
) -> Chart:
    """The chart of a period; a step without visits is an empty place.

    Args:
        before: the numbers of the period before, at the moments of this one.
    """
    starts = period.starts(now)
    shown = [counts.get(start, 0) for start in starts]
    compared = [before.get(start, 0) for start in starts] if before else []
    top = _ceiling(max([*shown, *compared], default=0))
    bars = [_bar(index, start, shown[index], top, period) for index, start in enumerate(starts)]
    if compared:
        bars = [replace(bar, before=_y(compared[at], top)) for at, bar in enumerate(bars)]
    return Chart(tuple(bars), (top, top // 2, 0), slot_width=round(WIDTH / period.steps, 1))


def _ceiling(highest: int) -> int:
    """The next even number that reads well on an axis."""
    size = 1
    while True:
        for tenths in _ROUND_TENTHS:
            half, rest = divmod(tenths * size, 10)
            if not rest and half * 2 >= highest:
                return half * 2
        size *= 10


def _bar(index: int, start: datetime, count: int, top: int, period: Period) -> Bar:
    slot = WIDTH / period.steps
    # Rounded once: two roundings would let a bar float above its line.
    height = round(HEIGHT * count / top, 1)
    name = f"{start:%H:%M}" if period.unit == "hour" else f"{start:%d %b}"
    noun = "visit" if count == 1 else "visits"
    return Bar(
        slot=round(slot * index, 1),
        x=round(slot * (index + _GAP / 2), 1),
        y=round(HEIGHT - height, 1),
        width=round(slot * (1 - _GAP), 1),
        height=height,
        title=f"{name} UTC: {count} {noun}",
        label=name if _is_labelled(index, period) else "",
    )


def _y(count: int, top: int) -> float:
    return round(HEIGHT - HEIGHT * count / top, 1)


def _is_labelled(index: int, period: Period) -> bool:
    every = 6 if period.unit == "hour" else max(1, -(-period.steps // 5))
    return (period.steps - 1 - index) % every == 0
