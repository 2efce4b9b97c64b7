"""Half an hour of silence parts two visits."""

from hypothesis import given
from hypothesis import strategies as st

from leadengine.tracking.visits import place
from tests.unit.runtime.runtime_events import page


def test_pages_close_together_are_one_visit() -> None:
    visits = place([page(0), page(29), page(58)], {}).visits
    assert [visit.pages for visit in visits] == [3]


def test_silence_parts_two_visits() -> None:
    visits = place([page(0), page(31)], {}).visits
    assert [visit.pages for visit in visits] == [1, 1]


def test_visitors_are_kept_apart() -> None:
    visits = place([page(0, "anna"), page(1, "ben")], {}).visits
    assert {visit.visitor for visit in visits} == {"anna", "ben"}


def test_open_visit_goes_on() -> None:
    first = place([page(0, url="https://shop.test/landing")], {}).visits[0]
    second = place([page(5)], {"anna": first}).visits[0]
    assert second.id == first.id
    assert (second.pages, second.landing_url) == (2, "https://shop.test/landing")


def test_late_event_moves_the_beginning() -> None:
    first = place([page(10)], {}).visits[0]
    late = page(0)
    assert place([late], {"anna": first}).visits[0].started_at == late.occurred_at


@given(st.lists(st.tuples(st.integers(0, 600), st.sampled_from(["anna", "ben"])), max_size=40))
def test_every_event_is_in_exactly_one_visit(moments: list[tuple[int, str]]) -> None:
    events = [page(minutes, visitor) for minutes, visitor in moments]
    placed = place(events, {})
    assert sorted(e.message_id for e, _ in placed.events) == sorted(e.message_id for e in events)
    assert sum(visit.pages for visit in placed.visits) == len(events)


@given(st.lists(st.integers(0, 600), min_size=1, max_size=30), st.integers(0, 30))
def test_batches_make_the_same_visits_as_one_go(minutes: list[int], cut: int) -> None:
    events = sorted((page(minute) for minute in minutes), key=lambda event: event.occurred_at)
    whole = place(events, {}).visits
    first = place(events[:cut], {}).visits
    rest = place(events[cut:], {first[-1].visitor: first[-1]} if first else {}).visits
    assert {visit.id: visit for visit in (*first, *rest)} == {visit.id: visit for visit in whole}
