"""When points and drills are due, decided from values alone."""

import statistics

import pytest

from leadengine_agent.backup.due import (
    DAY,
    HOUR,
    Past,
    is_drill_due,
    is_point_due,
    overdue_after,
    slot,
    spread,
)
from leadengine_agent.protocol import BackupSchedule

NOON = 1_800_000_000.0 - 1_800_000_000.0 % DAY + 12 * HOUR
CLIENT = "0123456789abcdef01234567"
DAILY = BackupSchedule(every="daily", window=(1, 5))
HOURLY = BackupSchedule(every="hourly")


def test_every_client_has_its_own_minute_of_the_window() -> None:
    moments = [slot(DAILY, f"{number:024x}", NOON) for number in range(500)]
    hours = [(moment or 0) % DAY / HOUR for moment in moments]
    assert 1 <= min(hours) <= max(hours) < 5
    assert statistics.stdev(hours) == pytest.approx(4 / 12**0.5, rel=0.1)


@pytest.mark.parametrize("window", [(22, 4), (23, 0), (0, 0)])
def test_a_window_may_pass_midnight(window: tuple[int, int]) -> None:
    schedule = BackupSchedule(every="daily", window=window)
    length = ((window[1] - window[0]) % 24 or 24) * HOUR
    for number in range(50):
        moment = slot(schedule, f"{number:024x}", NOON)
        assert moment is not None
        assert NOON - DAY < moment <= NOON
        assert (moment - window[0] * HOUR) % DAY < length


def test_a_slot_without_a_good_point_is_due_and_with_one_is_not() -> None:
    wanted = slot(DAILY, CLIENT, NOON)
    assert wanted is not None
    assert is_point_due(DAILY, CLIENT, Past(), NOON)
    assert is_point_due(DAILY, CLIENT, Past(good=wanted - 1), NOON)
    assert not is_point_due(DAILY, CLIENT, Past(good=wanted + 1), NOON)


def test_a_host_that_was_off_for_days_catches_up_at_once() -> None:
    assert is_point_due(DAILY, CLIENT, Past(good=NOON - 9 * DAY, attempted=NOON - 9 * DAY), NOON)


def test_a_new_policy_owes_nothing_for_the_time_before_it() -> None:
    assert not is_point_due(DAILY, CLIENT, Past(since=NOON - 60), NOON)
    assert is_point_due(DAILY, CLIENT, Past(since=NOON - 60), NOON + DAY)


def test_failures_are_tried_again_ever_more_seldom() -> None:
    def first_try(failures: int) -> float:
        past = Past(attempted=NOON, failures=failures)
        waits = (300, 900, 3600, 7200)
        return next(wait for wait in waits if is_point_due(DAILY, CLIENT, past, NOON + wait))

    assert [first_try(failures) for failures in (1, 2, 3, 50)] == [300, 900, 3600, 3600]


def test_a_clock_that_was_ahead_holds_nothing_up() -> None:
    past = Past(good=NOON + 30 * DAY, attempted=NOON + 30 * DAY, failures=2)
    assert is_point_due(DAILY, CLIENT, past, NOON)


@pytest.mark.parametrize("back", [DAY, 365 * DAY])
def test_a_clock_that_went_back_before_the_policy_takes_points(back: float) -> None:
    past = Past(good=NOON, attempted=NOON, since=NOON - 10 * DAY)
    now = NOON - 11 * DAY - back
    assert is_point_due(DAILY, CLIENT, past, now)
    taken = Past(good=now, attempted=now, since=NOON - 10 * DAY)
    assert not is_point_due(DAILY, CLIENT, taken, now + 60)


@pytest.mark.parametrize("ahead", [10 * DAY, 365 * DAY])
def test_a_drill_of_the_future_holds_no_drill_up(ahead: float) -> None:
    schedule = BackupSchedule(drill_days=7)
    assert is_drill_due(schedule, CLIENT, NOON + ahead, 0, NOON)
    assert is_drill_due(schedule, CLIENT, None, NOON + ahead, NOON)
    assert not is_drill_due(schedule, CLIENT, NOON, NOON + ahead, NOON + DAY)


def test_never_means_never() -> None:
    never = BackupSchedule(every="never", drill_days=0)
    assert not is_point_due(never, CLIENT, Past(), NOON)
    assert overdue_after(never, CLIENT, Past()) is None
    assert not is_drill_due(never, CLIENT, None, 0, NOON)


@pytest.mark.parametrize("schedule", [DAILY, HOURLY])
def test_absence_is_overdue_within_an_interval_and_a_quarter(schedule: BackupSchedule) -> None:
    step = HOUR if schedule.every == "hourly" else DAY
    good = slot(schedule, CLIENT, NOON)
    assert good is not None
    latest = overdue_after(schedule, CLIENT, Past(good=good + 60))
    assert latest is not None
    assert good + step < latest <= good + step * 1.25 + 900
    # It is owed again before it is overdue.
    assert is_point_due(schedule, CLIENT, Past(good=good + 60), latest)


def test_nothing_at_all_is_overdue_too() -> None:
    latest = overdue_after(DAILY, CLIENT, Past(since=NOON))
    assert latest is not None
    assert NOON < latest < NOON + 2 * DAY


def test_a_drill_comes_within_a_day_and_then_as_often_as_the_policy_says() -> None:
    schedule = BackupSchedule(drill_days=7)
    assert is_drill_due(schedule, CLIENT, None, NOON, NOON + DAY)
    assert not is_drill_due(schedule, CLIENT, NOON, 0, NOON + 6.9 * DAY)
    assert is_drill_due(schedule, CLIENT, NOON, 0, NOON + 7 * DAY)


def test_spread_is_the_same_every_time() -> None:
    assert spread(CLIENT, 100) == spread(CLIENT, 100)
