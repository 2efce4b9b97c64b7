"""What we ask of a CA stays below its limits, whatever happens."""

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
