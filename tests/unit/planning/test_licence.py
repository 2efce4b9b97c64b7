"""How a licence stands: forged ones are elsewhere, here are the dates, the names and the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leadengine_ctl.planning.licence import Licence, judge

UNTIL = date(2027, 6, 30)
LICENCE = Licence.model_validate(
    {
        "client": "acme",
        "domains": ["leads.acme.test", "acme.example"],
        "issued": date(2026, 7, 1),
        "until": UNTIL,
    }
)


def at(day: date, **more: object) -> tuple[str, str]:
    now = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    words = {"client": "acme", "domain": "leads.acme.test", **more}
    found = judge(LICENCE, now=now, **words)  # type: ignore[arg-type]
    return found.state.value, found.sentence


@pytest.mark.parametrize(
    ("before", "state"),
    [(400, "valid"), (31, "valid"), (30, "ends soon"), (0, "ends soon"), (-1, "expired")],
)
def test_it_holds_through_its_last_day_and_warns_for_thirty(before: int, state: str) -> None:
    found, sentence = at(UNTIL - timedelta(days=before))
    # 400 days before, the clock is before the day of issue: that is said, and the licence holds.
    assert found == state
    assert bool(sentence) is (state != "valid" or before == 400)


def test_another_client_s_is_said_and_nothing_stops() -> None:
    state, sentence = at(date(2026, 8, 1), client="bolt")
    assert (state, "Nothing stops" in sentence) == ("other client", True)


@pytest.mark.parametrize(
    ("domain", "state"),
    [
        ("leads.acme.test", "valid"),
        ("leads.acme.example", "valid"),
        ("acme.example", "valid"),
        ("evilacme.example", "other domain"),
        ("acme.test", "other domain"),
    ],
)
def test_it_is_for_its_domains_and_what_is_below_them(domain: str, state: str) -> None:
    assert at(date(2026, 8, 1), domain=domain)[0] == state


def test_a_clock_that_was_set_back_does_not_bring_an_expired_one_back() -> None:
    seen = datetime(2027, 7, 2, tzinfo=UTC)
    state, sentence = at(date(2027, 1, 1), seen=seen)
    assert state == "expired"
    assert "days behind what was seen already" in sentence


def test_a_clock_that_is_right_is_not_doubted_for_a_minute() -> None:
    seen = datetime(2027, 1, 2, 0, 1, tzinfo=UTC)
    assert at(date(2027, 1, 1), seen=seen) == ("valid", "")
