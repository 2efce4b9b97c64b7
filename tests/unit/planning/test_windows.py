"""Maintenance windows: days, hours and zones as people mean them."""

from datetime import UTC, datetime

import pytest

from leadengine_ctl.planning.windows import Window

NIGHT = "sat-sun 02:00-05:00 Europe/Berlin"
LATE = "daily 22:00-04:00 UTC"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "moment", "is_open"),
    [
        (NIGHT, "2026-11-21T01:00", True),  # Saturday, 02:00 in Berlin
        (NIGHT, "2026-11-21T00:59", False),
        (NIGHT, "2026-11-21T04:00", False),
        (NIGHT, "2026-11-20T02:00", False),  # Friday
        (NIGHT, "2026-07-04T00:30", True),  # summer: two hours ahead of UTC
        (LATE, "2026-11-22T23:59", True),
        (LATE, "2026-11-22T03:59", True),
        (LATE, "2026-11-22T04:00", False),
        ("mon 22:00-04:00 UTC", "2026-11-24T03:00", True),  # Monday's window ends on Tuesday
        ("mon 22:00-04:00 UTC", "2026-11-23T03:00", False),
        ("fri-mon 01:00-02:00 UTC", "2026-11-22T01:30", True),  # over the end of the week
        ("tue,thu 01:00-02:00 UTC", "2026-11-26T01:30", True),
    ],
)
def test_a_window_is_open_in_its_hours(window: str, moment: str, is_open: bool) -> None:
    assert Window.parse(window).is_open(at(moment)) is is_open


def test_the_next_opening_is_told_in_the_clients_own_time() -> None:
    found = Window.parse(NIGHT).next_open(at("2026-11-22T03:00"))
    assert found.isoformat() == "2026-11-28T02:00:00+01:00"


@pytest.mark.parametrize(
    "text",
    ["", "sat", "sat 2:00-5:00 UTC", "sat 02:00-25:00 UTC", "caturday 02:00-05:00 UTC",
     "sat 02:00-05:00 Mars/Olympus", "sat 02:00-05:00 ../../etc/passwd", "sat 02:00-05:00 /etc"],
)  # fmt: skip
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="as in 'sat-sun 02:00-05:00 Europe/Berlin'"):
        Window.parse(text)
