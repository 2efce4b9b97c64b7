"""Words of a machine cannot write to a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from leadengine_ctl.hosts.text import last_lines, plain


@given(st.one_of(st.text(), st.binary()))
def test_any_words_become_one_printable_line(words: str | bytes) -> None:
    line = plain(words)
    assert line.isprintable()
    assert len(line) <= 300


def test_plain_words_stay_as_they_are() -> None:
    assert plain(b"Permission denied (publickey).\n") == "Permission denied (publickey)."
    assert plain("a" * 400, 10) == "a" * 9 + "…"


def test_last_lines_skip_the_empty_ones() -> None:
    assert last_lines(b"one\n\n  \ntwo\r\nthree\n", 2) == ("two", "three")
    assert last_lines(b"") == ()
