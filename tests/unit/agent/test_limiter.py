"""What we ask of a CA stays below its limits, whatever happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine_agent.limiter import FAILURES_AN_HOUR, ORDERS_A_WEEK, WEEK, History

NOW = 1_800_000_000.0


def test_a_failed_order_waits_longer_each_time() -> None:
    history, pauses, now = History(), [], NOW
    for _ in range(5):
        history = history.begin(now).fail(now, "the CA said no")
        pauses.append(history.not_before - now)
        now = history.not_before
    assert pauses == [60, 300, 900, 3600, 21600]


def test_success_clears_advice_and_pause() -> None:
    history = History().begin(NOW).fail(NOW, "no").begin(NOW + 60).succeed()
    assert history.advice == ""
    assert history.not_before == 0
    assert [each.good for each in history.attempts] == [False, True]


def test_an_order_whose_end_nobody_saw_counts_both_ways() -> None:
    history = History()
    for index in range(FAILURES_AN_HOUR):
        history = history.begin(NOW + index)
    assert history.blocked_until(NOW + 10) == NOW + 3600


def test_five_certificates_in_a_week_are_enough() -> None:
    history = History()
    for index in range(ORDERS_A_WEEK):
        history = history.begin(NOW + index).succeed()
    assert history.blocked_until(NOW + 100) == NOW + WEEK
    assert history.blocked_until(NOW + WEEK + 1) == 0


@given(st.lists(st.tuples(st.floats(0, 4000), st.sampled_from([True, False, None])), max_size=80))
def test_no_sequence_of_events_passes_the_limits(events: list[tuple[float, bool | None]]) -> None:
    history, now = History(), NOW
    good: list[float] = []
    bad: list[float] = []
    for pause, end in events:
        now += pause
        if history.blocked_until(now):
            continue
        history = history.begin(now)
        if end is not None:
            history = history.succeed() if end else history.fail(now, "no")
        (good if end else bad).append(now)
    for at in good:
        assert sum(at - WEEK < other <= at for other in good) <= ORDERS_A_WEEK
    for at in bad:
        assert sum(at - 3600 < other <= at for other in bad) <= FAILURES_AN_HOUR


YEAR = 365 * 86400.0
STEPS = (-YEAR, -86400.0, -300.0, 300.0, 86400.0, YEAR)


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_jumps_delays_an_attempt_by_a_week_at_most(step: float) -> None:
    history = History()
    for index in range(ORDERS_A_WEEK):
        history = history.begin(NOW + index).succeed()
    now = NOW + 10 + step
    settled = history.settled(now)
    assert settled.blocked_until(now) <= now + WEEK
    assert not settled.waits(now)
    # Noted, so that the week has an end though the clock stays where it is.
    later = now + WEEK + 1
    assert settled.settled(later).blocked_until(later) == 0


@pytest.mark.parametrize("step", STEPS)
def test_a_pause_that_a_wrong_clock_noted_does_not_count(step: float) -> None:
    noted = History().begin(NOW).fail(NOW, "no")
    assert noted.waits(NOW + 59)
    now = NOW + step
    assert not noted.waits(now) or noted.not_before - now <= WEEK


@given(st.lists(st.sampled_from(STEPS), max_size=6), st.integers(1, 400))
def test_orders_stay_few_whatever_the_clock_does(steps: list[float], speed: int) -> None:
    """Up to six jumps, a clock up to 400 times too fast, an attempt every true hour for two days."""
    history, orders, shift = History(), 0, 0.0
    for hour in range(48):
        if steps and hour % 8 == 0:
            shift += steps[hour // 8 % len(steps)]
        now = NOW + shift + hour * 3600 * (speed if hour > 24 else 1)
        history = history.settled(now)
        if not history.waits(now) and not history.blocked_until(now):
            history, orders = history.begin(now).succeed(), orders + 1
    # What a clock that runs as fast would be given, and once more for each jump.
    fast = 24 * 3600 * speed / WEEK + 2
    assert orders <= ORDERS_A_WEEK * (fast + 6)
