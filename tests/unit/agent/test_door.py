"""The door of a host is held in words that cannot carry anything else."""

from pathlib import Path

import pytest

from leadengine_agent import door


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `nft` on PATH that keeps what it is told."""
    program = tmp_path / "nft"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/said\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "said"


def test_both_ports_are_held_for_the_time_that_was_asked(said: Path) -> None:
    assert door.main(["hold", "60"]) == 0
    assert "80 timeout 60s, 443 timeout 60s" in said.read_text()


@pytest.mark.parametrize("words", [[], ["hold"], ["hold", "1; flush ruleset"], ["close", "5"]])
def test_other_words_are_refused(words: list[str], said: Path) -> None:
    assert door.main(words) == 2
    assert not said.exists()
