"""What goes into the stream comes out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.tracking.queue import decode, encode, portions
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
    entries = [(b"%d" % number, bytes(size)) for number, size in enumerate(sizes)]
    cut = list(portions(entries))
    assert [entry for portion in cut for entry in portion] == entries
    for portion in cut:
        assert portion
        assert len(portion) == 1 or sum(len(payload) for _, payload in portion) <= 2_000_000
