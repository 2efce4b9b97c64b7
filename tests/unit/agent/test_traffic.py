"""What visitors got is read from nginx's log, and counted for the generation that answered."""

import os
from pathlib import Path

import pytest

from leadengine_agent.activation.traffic import AccessLog

LINE = "{at}Z {at}+00:00 GET /sign-in {status} 120 0.004 0123abcd {colour} 0.003"
LOG = [
    ("2026-01-01T12:00:01.000000000", 500, "green"),
    ("2026-01-01T12:00:02.000000000", 200, "blue"),
    ("2026-01-01T12:00:31.000000000", 200, "green"),
]
BEGIN = "2026-01-01T12:00:30.000000+00:00"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AccessLog:
    """The log of an nginx, given out by a stand-in for the `docker` program."""
    lines = [LINE.format(at=at, status=status, colour=colour) for at, status, colour in LOG]
    program = tmp_path / "docker"
    program.write_text("\n".join(("#!/bin/sh", "cat <<EOF", *lines, "EOF")) + "\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    log = AccessLog("nginx", "2026-01-01T11:59:30.000000+00:00")
    log.read_on()
    return log


def test_what_an_earlier_generation_of_the_colour_failed_is_not_the_new_ones_fault(
    log: AccessLog,
) -> None:
    """Green was rolled back half a minute ago; its successor is green, too."""
    assert log.sample("green").failed == 1
    assert log.sample("green", BEGIN).failed == 0
    assert log.sample("green", BEGIN).requests == 1


def test_what_was_read_is_not_read_again(log: AccessLog) -> None:
    log.read_on()
    assert log.sample("blue").requests == 1
