"""What goes into the stream comes out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.tracking.queue import decode, encode
from tests.unit.runtime.runtime_events import page


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_entry_survives_the_stream(texts: list[str]) -> None:
    events = tuple(page(url=text) for text in texts)
    assert decode(encode(events)) == events


@pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b"[{}]", b"\xff"])
def test_foreign_entry_is_refused(payload: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(payload)
