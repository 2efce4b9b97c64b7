"""The power is cut: what was promised is there, nothing is a piece of itself, and work goes on (R2)."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.durable_writers import KINDS
from tests.lab.power import Disk, disk
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.test_interrupted import POINTS, WORDS, an_operator, state_of

CUTS, MANY_CUTS = 6, 100
"""Of each kind of writer, one after the other on the same disk."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    with disk(tmp_path, megabytes=96) as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_promised_is_there_when_the_power_returns(kind: str, small_disk: Disk) -> None:
    _cut_while_writing(kind, small_disk, CUTS)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_promised_is_there_after_many_cuts(kind: str, small_disk: Disk) -> None:
    _cut_while_writing(kind, small_disk, MANY_CUTS)


def _cut_while_writing(kind: str, where: Disk, cuts: int) -> None:
    folder, promised = where.path / kind, list[str]()
    folder.mkdir()
    where.flush()
    for _ in range(cuts):
        promised += _until_the_cut(kind, folder, where, wanted=secrets.randbelow(30) + 1)
        where.come_back()
        KINDS[kind].check(folder, promised)
    assert len(promised) >= cuts


def _until_the_cut(kind: str, folder: Path, where: Disk, wanted: int) -> list[str]:
    """Let one write; what it had promised when the power went, in the middle of its work."""
    argv = (sys.executable, "-m", "tests.lab.durable_writers", kind, str(folder))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline().rstrip("\n") for _ in range(wanted)]
        assert lines[-1], f"{kind} ended by itself"
        where.cut()
        writer.kill()
    return lines


@pytest.fixture
def desk(tmp_path: Path, small_disk: Disk) -> Cli:
    """An operator whose data is on the disk, and whose host is elsewhere."""
    data = small_disk.path / "data"
    lectl = an_operator(data)
    (tmp_path / "memory").mkdir()
    (data / "memory").symlink_to(tmp_path / "memory")
    small_disk.flush()
    return lectl


@pytest.mark.parametrize("point", ["deploy.release:after", "deploy.activate:after"])
def test_a_deploy_on_a_machine_that_lost_power_converges(
    point: str, desk: Cli, small_disk: Disk, tmp_path: Path
) -> None:
    _cut_and_run_again(desk, small_disk, tmp_path, point)


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS)
def test_a_deploy_converges_wherever_the_power_goes(
    point: str, desk: Cli, small_disk: Disk, tmp_path: Path
) -> None:
    _cut_and_run_again(desk, small_disk, tmp_path, point)


def _cut_and_run_again(lectl: Cli, where: Disk, tmp_path: Path, point: str) -> None:
    program = "from leadengine_ctl.cli.main import main; main()"
    environment = {**lectl.variables, "LECTL_PAUSEPOINT": point}
    argv = (sys.executable, "-c", program, *WORDS)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        argv, env=environment, stdin=quiet, stdout=quiet, stderr=quiet
    ) as running:
        os.waitid(os.P_PID, running.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        where.cut()
        running.send_signal(signal.SIGKILL)
    where.come_back()
    again = lectl.process(*WORDS)
    assert again.code == 0, again.err
    assert "  Admin: support@leadengine.io / " in again.out
    control = an_operator(tmp_path / "control")
    assert control.process(*WORDS).code == 0
    assert state_of(tmp_path) == state_of(tmp_path / "control")
