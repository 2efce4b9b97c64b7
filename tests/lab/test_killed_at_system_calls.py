"""lectl is killed at each system call that makes something last: the next run converges (R1)."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli
from tests.unit.ctl.test_interrupted import WORDS, an_operator, state_of

LASTING = "fsync,fdatasync,pwrite64,rename,link,linkat,unlink,ftruncate,connect"
FEW, MANY = 6, 100
"""Kills in `make test` and in `make soak`, spread over all of some 600 calls."""


def _traced(lectl: Cli, *options: str) -> subprocess.CompletedProcess[bytes]:
    """A deploy, with what its processes ask of the system watched."""
    program = "from leadengine_ctl.cli.main import main; main()"
    deploy = (sys.executable, "-c", program, *WORDS)
    words = ("strace", "--follow-forks", "--quiet=all", f"--trace={LASTING}", *options, *deploy)
    return subprocess.run(
        words, check=False, env=lectl.variables, stdin=subprocess.DEVNULL, capture_output=True
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """What a deploy makes that nobody disturbs, and how many of these calls one thread of it makes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    log = folder / "calls"
    assert _traced(an_operator(folder / "data"), f"--output={log}").returncode == 0
    calls = Counter(re.findall(r"^(\d+) +\w+\(", log.read_text(), re.MULTILINE))
    return folder / "data", max(calls.values())


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


def _killed_at(many: int, folder: Path, undisturbed: tuple[Path, int]) -> None:
    control, number = undisturbed
    chosen = sorted({1 + number * part // many for part in range(many)})
    done = [_kill_at(each, folder / str(each) / "data", control) for each in chosen]
    print(f"N = {sum(done)} kills, of {number} calls")  # noqa: T201
    # Not each run makes the same number of calls: the last may be one too many.
    assert sum(done) >= 0.8 * len(chosen)


def test_lectl_killed_at_some_system_calls_converges(
    tmp_path: Path, undisturbed: tuple[Path, int]
) -> None:
    _killed_at(FEW, tmp_path, undisturbed)


@pytest.mark.soak
def test_lectl_killed_at_many_system_calls_converges(
    tmp_path: Path, undisturbed: tuple[Path, int]
) -> None:
    _killed_at(MANY, tmp_path, undisturbed)
