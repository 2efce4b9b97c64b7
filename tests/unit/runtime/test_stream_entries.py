"""What goes into the stream comes out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.tracking.queue import Entry, decode, encode, portions, put_back
from tests.unit.runtime.runtime_events import page


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_entry_survives_the_stream(texts: list[str]) -> None:
    events = tuple(page(url=text) for text in texts)
    assert decode(encode(events)) == events


@pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b"[{}]", b"\xff"])
def test_foreign_entry_is_refused(payload: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(payload)


@given(st.lists(st.integers(0, 1_500_000), max_size=20))
def test_portions_keep_every_entry_in_order_and_stay_small(sizes: list[int]) -> None:
    entries = [Entry(b"%d-0" % number, bytes(size), number) for number, size in enumerate(sizes)]
    cut = list(portions(entries))
    assert [entry for portion in cut for entry in portion] == entries
    for portion in cut:
        assert portion
        assert len(portion) == 1 or sum(len(each.payload) for each in portion) <= 2_000_000


def test_what_is_put_back_stays_of_the_moment_at_which_it_was_taken() -> None:
    first = put_back(b"1700-0", {b"events": b"[1, 2]"}, b"[1]")
    assert first == {"events": b"[1]", "taken": b"1700"}
    fields = {b"events": b"[1]", b"taken": b"1700"}
    assert put_back(b"9900-0", fields, b"[]")["taken"] == b"1700"
