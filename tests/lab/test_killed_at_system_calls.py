"""lectl is killed at each system call that makes something last: the next run converges (R1)."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli
from tests.unit.ctl.test_interrupted import WORDS, an_operator, state_of

LASTING = "fsync,fdatasync,pwrite64,rename,link,linkat,unlink,ftruncate,connect"
COARSE, FINE = 60, 3
"""From one kill to the next, in calls of one thread; a deploy's longest makes some 300."""


def _traced(lectl: Cli, *options: str) -> subprocess.CompletedProcess[bytes]:
    """A deploy, with what its processes ask of the system watched."""
    program = "from leadengine_ctl.cli.main import main; main()"
    deploy = (sys.executable, "-c", program, *WORDS)
    words = ("strace", "--follow-forks", "--quiet=all", f"--trace={LASTING}", *options, *deploy)
    return subprocess.run(
        words, check=False, env=lectl.variables, stdin=subprocess.DEVNULL, capture_output=True
    )


@pytest.fixture
def undisturbed(tmp_path: Path) -> Path:
    """What a deploy makes that nobody disturbs."""
    folder = tmp_path / "undisturbed"
    assert an_operator(folder).process(*WORDS).code == 0
    return folder


def _kill_at(number: int, folder: Path, control: Path) -> bool:
    """Kill a deploy at one of its calls, and run it again; False: it was over before."""
    lectl = an_operator(folder)
    killed = _traced(
        lectl, f"--inject={LASTING}:signal=KILL:when={number}", f"--output={os.devnull}"
    )
    if killed.returncode == 0:
        return False
    again = lectl.process(*WORDS)
    assert again.code == 0, f"after a kill at call {number}: {again.err}"
    assert "  Admin: support@leadengine.io / " in again.out
    assert state_of(folder) == state_of(control), number
    return True


def _kill_at_each(step: int, folder: Path, control: Path) -> int:
    """Kill deploys at every so many calls, until one is over before; how many were killed."""
    for kills in itertools.count():
        if not _kill_at(1 + kills * step, folder / str(kills) / "data", control):
            print(f"N = {kills} kills")  # noqa: T201
            return kills
    raise AssertionError


def test_lectl_killed_at_some_system_calls_converges(tmp_path: Path, undisturbed: Path) -> None:
    assert _kill_at_each(COARSE, tmp_path, undisturbed) >= 5


@pytest.mark.soak
def test_lectl_killed_at_many_system_calls_converges(tmp_path: Path, undisturbed: Path) -> None:
    assert _kill_at_each(FINE, tmp_path, undisturbed) >= 60
