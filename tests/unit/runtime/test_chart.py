"""The chart counts what it was given and stays inside its frame."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadengine.dashboard.chart import HEIGHT, WIDTH, draw
from leadengine.dashboard.periods import DAY, FORTNIGHT, Period

NOW = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (DAY, datetime(2026, 2, 28, 13, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (FORTNIGHT, datetime(2026, 2, 16, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_period_ends_now(period: Period, first: datetime, last: datetime) -> None:
    starts = period.starts(NOW)
    assert (starts[0], starts[-1], len(starts)) == (first, last, period.steps)


@given(st.lists(st.integers(0, 10**6), min_size=14, max_size=14))
@example([0] * 12 + [375, 200_001])
def test_bars_stay_inside_and_keep_their_order(counts: list[int]) -> None:
    starts = FORTNIGHT.starts(NOW)
    chart = draw(dict(zip(starts, counts, strict=True)), FORTNIGHT, NOW)
    assert all(bar.y >= 0 and bar.y + bar.height == pytest.approx(HEIGHT) for bar in chart.bars)
    assert all(bar.x + bar.width <= WIDTH for bar in chart.bars)
    tallest = max(range(14), key=lambda index: chart.bars[index].height)
    assert chart.bars[tallest].height == max(bar.height for bar in chart.bars)
    assert chart.numbers[0] >= max(counts)


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 2), (2, 2), (3, 4), (7, 8), (11, 12), (41, 50), (80, 80), (102, 120), (1216, 1500)],
)
def test_axis_ends_on_a_round_number(highest: int, top: int) -> None:
    assert draw({FORTNIGHT.starts(NOW)[-1]: highest}, FORTNIGHT, NOW).numbers[0] == top


def test_bar_is_named_for_those_who_point_at_it() -> None:
    bars = draw({DAY.starts(NOW)[-1]: 1}, DAY, NOW).bars
    assert bars[-1].title == "12:00 UTC: 1 visit"
    assert bars[0].title == "13:00 UTC: 0 visits"
