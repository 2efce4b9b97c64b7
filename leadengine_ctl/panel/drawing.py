"""Charts as numbers: templates draw them as SVG, without script or inline style."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720
HEIGHT = 140
_GAP = 0.28
_ROUND_STEPS = (1, 2, 5)
_SPARK_WIDTH, _SPARK_HEIGHT = 84, 22


@dataclass(frozen=True)
class Bar:
    """One step: its place in the drawing, and the words for it."""

    slot: float
    x: float
    y: float
    width: float
    height: float
    title: str
    label: str


@dataclass(frozen=True)
class Chart:
    """Bars over steps; `top` is the number at the upper line."""

    bars: tuple[Bar, ...]
    top: str
    slot_width: float
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Line:
    """A curve with the area below it; `points` for a polyline, `area` for a polygon."""

    points: str
    area: str
    top: str
    first: str
    last: str
    width: int = WIDTH
    height: int = HEIGHT


def bars(steps: Sequence[tuple[str, float]], unit: str, *, money: bool = False) -> Chart:
    """A bar for each (label, value)."""
    highest = max((value for _, value in steps), default=0.0)
    top = _ceiling(highest) if not money else max(highest, 0.01)
    slot = WIDTH / max(len(steps), 1)
    every = max(1, len(steps) // 6)
    drawn = []
    for index, (label, value) in enumerate(steps):
        height = round(HEIGHT * value / top, 1)
        shown = f"${value:,.2f}" if money else f"{value:,.0f} {unit}"
        is_labelled = (len(steps) - 1 - index) % every == 0
        drawn.append(
            Bar(
                slot=round(slot * index, 1),
                x=round(slot * (index + _GAP / 2), 1),
                y=round(HEIGHT - height, 1),
                width=round(slot * (1 - _GAP), 1),
                height=height,
                title=f"{label}: {shown}",
                label=label if is_labelled else "",
            )
        )
    return Chart(tuple(drawn), f"${top:,.2f}" if money else f"{top:,.0f}", round(slot, 1))


def curve(
    points: Sequence[tuple[float, float]], highest: float, top: str, ends: tuple[str, str]
) -> Line:
    """A curve through (moment, value), from zero to `highest`."""
    first, last = points[0][0], points[-1][0]
    span, top_value = max(last - first, 1.0), max(highest, 1.0)
    placed = [
        f"{round(WIDTH * (at - first) / span, 1)},{round(HEIGHT * (1 - value / top_value), 1)}"
        for at, value in points
    ]
    area = " ".join([f"0,{HEIGHT}", *placed, f"{WIDTH},{HEIGHT}"])
    return Line(" ".join(placed), area, top, *ends)


def sparkline(values: Sequence[float]) -> str:
    """The points of a small line without axes."""
    top = max(*values, 1)
    step = _SPARK_WIDTH / max(len(values) - 1, 1)
    return " ".join(
        f"{round(step * index, 1)},{round(2 + (_SPARK_HEIGHT - 4) * (1 - value / top), 1)}"
        for index, value in enumerate(values)
    )


def _ceiling(highest: float) -> int:
    """The next even number that reads well on an axis."""
    size = 1
    while True:
        for step in _ROUND_STEPS:
            if step * size * 2 >= highest:
                return step * size * 2
        size *= 10
