"""The alarm comes from absence: what is not there in time is red, whoever says what."""

from datetime import UTC, datetime, timedelta

import pytest

from leadengine_ctl.planning.freshness import Condition, Place, Promise, age, judge

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = Promise(every=DAY, since=NOW - 30 * DAY)


def at(hours: float) -> datetime:
    """So many hours ago."""
    return NOW - timedelta(hours=hours)


def local(hours: float | None = None, failure: str = "") -> Place:
    return Place("here", False, None if hours is None else at(hours), failure)


def remote(hours: float | None = None, failure: str = "") -> Place:
    return Place("spaces", True, None if hours is None else at(hours), failure)


@pytest.mark.parametrize(
    ("places", "condition"),
    [
        ((local(1), remote(1)), Condition.GOOD),
        ((remote(24.2),), Condition.GOOD),
        ((remote(24.3),), Condition.OVERDUE),
        ((local(1),), Condition.LOCAL_ONLY),
        ((local(1), remote(30)), Condition.OFFSITE_FAILED),
        ((local(1), remote(None, "the key is refused")), Condition.OFFSITE_FAILED),
        ((local(30), remote(1)), Condition.LOCAL_FAILED),
        ((local(30), remote(40)), Condition.OVERDUE),
        ((local(), remote()), Condition.NEVER),
        ((), Condition.NEVER),
        ((remote(-2),), Condition.NEVER),
    ],
)
def test_each_absence_has_its_name(places: tuple[Place, ...], condition: Condition) -> None:
    assert judge(places, LONG_AGO, NOW).condition is condition


def test_a_silent_host_is_unknown_until_its_next_point_is_due_and_red_from_then_on() -> None:
    assert judge((remote(20),), LONG_AGO, NOW, heard=False).condition is Condition.UNKNOWN
    assert judge((remote(25),), LONG_AGO, NOW, heard=False).condition is Condition.OVERDUE


def test_a_new_client_waits_for_its_first_point_and_no_longer() -> None:
    young = Promise(every=DAY, since=at(2))
    assert judge((local(),), young, NOW).condition is Condition.WAITING
    assert not judge((local(),), young, NOW).red
    assert judge((local(None, "the disk is full"),), young, NOW).condition is Condition.NEVER
    assert judge((local(),), young, NOW + DAY).condition is Condition.NEVER


def test_what_is_switched_off_is_said() -> None:
    verdict = judge((local(1),), Promise(None, NOW), NOW)
    assert (verdict.condition, bool(verdict.sentence)) == (Condition.OFF, True)


def test_an_alarm_is_red_however_fresh_the_points_are() -> None:
    verdict = judge((remote(1),), LONG_AGO, NOW, alarms=("Points vanished.",))
    assert (verdict.red, verdict.sentence) == (True, "Points vanished.")


def test_a_proof_that_is_overdue_is_said() -> None:
    verdict = judge((remote(1),), LONG_AGO, NOW, proof_due=at(50))
    assert verdict.condition is Condition.UNPROVEN
    assert verdict.sentence.startswith("A proof is overdue since 2 days")
    assert judge((remote(1),), LONG_AGO, NOW, proof_due=at(-1)).condition is Condition.GOOD


def test_the_sentence_names_place_and_cause() -> None:
    verdict = judge((local(1), remote(30, "the key is refused")), LONG_AGO, NOW)
    assert verdict.sentence == "spaces: the key is refused."
    assert judge((local(1), remote(50)), LONG_AGO, NOW).sentence == (
        "spaces: its newest recovery point is 2 days old."
    )
    assert judge((remote(60),), LONG_AGO, NOW).sentence == (
        "The newest recovery point is 2 days old; one is due every 24 h."
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (90, "90 s"), (600, "10 min"), (9000, "2 h"), (300_000, "3 days")],
)
def test_spans_read_as_people_say_them(seconds: int, text: str) -> None:
    assert age(timedelta(seconds=seconds)) == text
