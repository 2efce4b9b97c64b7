"""Which points stay, decided from values alone."""

import random

import pytest

from leadengine_agent.backup.retention import DAY, Dated, kept, reckoned, suspicion
from leadengine_agent.protocol import Retention

NOW = 1_800_000_000.0


def at(age: float, *, good: bool = True, name: str = "") -> Dated:
    return Dated(name or f"age {age:.3f}", NOW - age, good)


HOURS = [at(hour * 3600.0) for hour in range(24 * 400)]
DEFAULT = Retention()


def test_hourly_points_of_a_year_thin_out() -> None:
    staying = kept(HOURS, DEFAULT, NOW)
    ages = sorted((NOW - point.at) / DAY for point in HOURS if point.id in staying)
    assert len([age for age in ages if age < 7]) == 7 * 24
    assert 6 <= len([age for age in ages if 7 <= age < 14]) <= 8
    assert len(ages) <= 7 * 24 + 7 + 8 + 12 + 4
    assert ages[-1] > 300


def test_the_newest_good_point_always_stays() -> None:
    points = [at(900 * DAY), at(800 * DAY, good=False)]
    assert points[0].id in kept(points, DEFAULT, NOW)


def test_where_a_period_has_no_good_point_the_nearest_older_one_stands_in() -> None:
    keep = Retention(hourly=0, daily=30, weekly=0, monthly=0, within_days=1)
    points = [at(20 * DAY + hour * 3600.0) for hour in range(3)]
    points += [at(day * DAY, good=False) for day in range(2, 20)]
    staying = kept(points, keep, NOW)
    assert points[0].id in staying
    assert all(point.id not in staying for point in points if not point.good)


def test_points_with_times_of_somebody_elses_choice_push_nothing_out_of_the_window() -> None:
    chance = random.Random(4)  # noqa: S311
    genuine = [at(day * DAY + 100, name=f"genuine {day}") for day in range(7)]
    forged = [
        at(chance.uniform(-400, 400) * DAY, name=f"forged {number}") for number in range(1000)
    ]
    staying = kept([*genuine, *forged], DEFAULT, NOW)
    assert staying.issuperset(point.id for point in genuine)


@pytest.mark.parametrize("seed", range(20))
def test_what_stayed_once_does_not_bring_others_down(seed: int) -> None:
    """Pruned every day, a client has about as old points as one that is pruned once."""
    chance = random.Random(seed)  # noqa: S311
    start, points, taken = NOW - 120 * DAY, [], []
    for day in range(120):
        now = start + day * DAY
        if chance.random() < 0.8:
            points.append(Dated(f"day {day}", now, chance.random() < 0.9))
            taken.append(points[-1])
        staying = kept(points, DEFAULT, now)
        points = [point for point in points if point.id in staying]
    good = sorted(point.at for point in points if point.good)
    assert (NOW - good[0]) / DAY > 60
    assert {point for point in taken if NOW - point.at < 6 * DAY} <= set(points)


@pytest.mark.parametrize("ahead", [0.0, DAY, 30 * DAY, 365 * DAY])
def test_a_clock_that_is_ahead_makes_no_more_superfluous_than_two_days_do(ahead: float) -> None:
    points = [at(day * DAY + 60) for day in range(120)]
    staying = kept(points, DEFAULT, reckoned(points, NOW + ahead))
    assert len(staying) >= len(kept(points, DEFAULT, NOW)) - 2
    assert {point.id for point in points[:5]} <= staying
    assert reckoned(points, NOW) == NOW
    assert reckoned([], NOW) == NOW


def test_many_points_of_one_day_or_of_the_future_are_suspicious() -> None:
    assert suspicion(HOURS, NOW) == ""
    assert "future" in suspicion([*HOURS, at(-DAY)], NOW)
    assert "one day" in suspicion([at(5 * DAY + number) for number in range(40)], NOW)
