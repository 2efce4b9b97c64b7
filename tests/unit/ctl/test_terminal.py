"""What comes from elsewhere can be read on a terminal and can do nothing to it."""

import json

import pytest

from leadengine_ctl.cli import terminal

HOSTILE = "\x9b31m \x1b]0;title\x07 \u202e \x7f \u2028 \U000e0041 Müller"


def test_json_has_no_character_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.put_json({"detail": HOSTILE})
    printed = capsys.readouterr().out
    assert printed.rstrip("\n").isprintable()
    assert "Müller" in printed
    assert json.loads(printed) == {"detail": HOSTILE}
