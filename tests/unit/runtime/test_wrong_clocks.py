"""Whatever an api's clock says, an event is of the moment at which the queue took it."""

from datetime import timedelta

import pytest

from leadengine.tracking.clocks import by_the_queue
from leadengine.tracking.queue import Accepted, Entry, encode
from tests.unit.runtime.runtime_events import NOON, page


def entry(event: Accepted) -> Entry:
    """As the queue took it at noon."""
    return Entry(b"1-0", encode([event]), int(NOON.timestamp() * 1000))


@pytest.mark.parametrize("days", [-365, -1, 1, 365])
def test_an_event_of_a_wrong_clock_is_put_right_and_keeps_its_distance(days: int) -> None:
    said = page(minutes=days * 1440.0 - 3)
    (event,) = by_the_queue(entry(said))
    assert event.received_at == NOON
    early = said.__class__(**{**vars(said), "occurred_at": said.received_at - timedelta(hours=2)})
    (event,) = by_the_queue(entry(early))
    assert event.occurred_at == NOON - timedelta(hours=2)


@pytest.mark.parametrize("minutes", [-5, -1, 0, 4])
def test_an_event_that_waited_a_little_stays_as_it_is(minutes: int) -> None:
    said = page(minutes=minutes)
    assert by_the_queue(entry(said)) == (said,)
