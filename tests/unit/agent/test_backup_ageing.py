"""How old points are when the clock has jumped, decided from values alone."""

import pytest

from leadengine_agent.backup.ageing import moments_of, unjumped
from leadengine_agent.backup.catalogue import Entry, iso
from leadengine_agent.backup.due import DAY, HOUR
from leadengine_agent.backup.retention import Dated, kept
from leadengine_agent.protocol import Retention

START = 1_800_000_000.0
JUMPS = (-365 * DAY, -DAY, -300.0, 300.0, DAY, 365 * DAY)
MORE = 60
"""Days that points are taken after the clock has jumped."""


def entry(number: int, at: float) -> Entry:
    body = {"id": f"point {number}", "at": iso(at - 90)}
    return Entry(number=number + 1, before="", kind="point", at=at, body=body)


def taken(days: range, off: float = 0.0) -> list[Entry]:
    """A point a day, by a clock that is off by so much."""
    return [entry(day, START + day * DAY + off) for day in days]


def staying(entries: list[Entry], now: float) -> set[str]:
    points = [Dated(name, at) for name, at in moments_of(entries, now).items()]
    return set(kept(points, Retention(), now))


def test_a_clock_that_never_jumped_is_believed() -> None:
    times = [START + hour * HOUR for hour in range(500)]
    assert unjumped(times, times[-1] + 60) == times


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_clock_ages_no_point_by_more_than_two_days(jump: float) -> None:
    before = taken(range(40))
    now = START + 40 * DAY + jump
    found = moments_of([*before, entry(40, now)], now)
    for each in before:
        real = START + 40 * DAY - each.at + 90
        age = now - found[each.body["id"]]
        assert real - DAY <= age <= real + 2 * DAY, each.body["id"]


@pytest.mark.parametrize("jump", JUMPS)
def test_retention_after_a_jump_keeps_what_it_would_have_kept_two_days_later(jump: float) -> None:
    entries = taken(range(40))
    now = START + 40 * DAY
    calm = staying([*entries, entry(40, now)], now) & staying([*entries, entry(40, now)], now + DAY)
    assert len(calm) > 14
    jumped = staying([*entries, entry(40, now + jump)], now + jump)
    assert {f"point {day}" for day in range(33, 41)} <= jumped
    assert len(jumped) >= len(calm) - 2


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumped_and_was_put_right_costs_no_recent_point(jump: float) -> None:
    entries = [*taken(range(40)), *taken(range(40, 43), jump), *taken(range(43, 50))]
    now = entries[-1].at + 60
    assert {f"point {day}" for day in range(43, 50)} <= staying(entries, now)
    wrong = {f"point {day}" for day in range(40, 43)}
    assert wrong <= staying(entries[:45], entries[44].at + 60)


@pytest.mark.parametrize("jump", JUMPS)
def test_points_still_grow_old_after_a_jump(jump: float) -> None:
    entries = [*taken(range(40)), *taken(range(40, 40 + MORE), jump)]
    now = entries[-1].at + 60
    assert len(staying(entries, now)) <= 24 + 14 + 8 + 12
