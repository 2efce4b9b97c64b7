"""A host's colour: never green for what is not known (promise U5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine_ctl.planning.liveness import HostColour, LastHeartbeat, colour

NOW = 1_800_000_000.0


def a_heartbeat(
    ago: float = 0.0, *, looked: float = 0.0, healthy: bool = True, interval: float = 30.0
) -> LastHeartbeat:
    return LastHeartbeat(NOW - ago, NOW - ago, NOW - ago - looked, interval, healthy)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, HostColour.UNKNOWN),
        (a_heartbeat(5), HostColour.GREEN),
        (a_heartbeat(5, healthy=False), HostColour.RED),
        (a_heartbeat(70), HostColour.GREEN),
        (a_heartbeat(70.1), HostColour.UNKNOWN),
        (a_heartbeat(70.1, healthy=False), HostColour.UNKNOWN),
        (a_heartbeat(1, looked=70), HostColour.UNKNOWN),
        (a_heartbeat(1, looked=-70), HostColour.UNKNOWN),
        (a_heartbeat(-5), HostColour.UNKNOWN),
    ],
    ids=[
        "never heard of", "well", "ill", "two intervals and ten seconds", "a moment later",
        "ill and silent", "an old look sent afresh", "a look of the future", "our clock went back",
    ],
)  # fmt: skip
def test_the_colour_of_a_host(last: LastHeartbeat | None, expected: HostColour) -> None:
    assert colour(last, NOW) is expected


@given(
    ago=st.floats(0, 1e7),
    looked=st.floats(-1e7, 1e7),
    interval=st.floats(1, 600),
    healthy=st.booleans(),
)
def test_nothing_older_than_two_intervals_and_ten_seconds_has_a_colour(
    ago: float, looked: float, interval: float, *, healthy: bool
) -> None:
    last = a_heartbeat(ago, looked=looked, healthy=healthy, interval=interval)
    if ago > 2 * interval + 10.01 or abs(looked) > 2 * interval + 10.01:
        assert colour(last, NOW) is HostColour.UNKNOWN
