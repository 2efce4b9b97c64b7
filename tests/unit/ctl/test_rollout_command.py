"""lectl rollout: pause, abort, kill and take over, from other processes than the one that works."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from leadengine_ctl.fleet.records import TargetState
from tests.unit.ctl.fleet import Fleet

pytestmark = pytest.mark.long

NAMES = tuple(f"client-{letter}" for letter in "abcdef")
WORDS = ("update", "--all", "--yes", "--bake", "0s", "--parallel", "1", "--waves", "2,100%")


@pytest.fixture
def slow(fleet: Fleet) -> Fleet:
    """Six clients whose hosts take their time."""
    fleet.add(*NAMES)
    fleet.publish("1.1.0")
    for name in NAMES:
        fleet.order_faults(name, seconds=0.4)
    return fleet


@contextmanager
def running(fleet: Fleet, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """lectl as a process that is at work."""
    program = "from leadengine_ctl.cli.main import main; main()"
    with subprocess.Popen(
        (sys.executable, "-c", program, *words),
        env=fleet.lectl.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def reached(fleet: Fleet, *states: TargetState, count: int) -> Callable[[], bool]:
    def look() -> bool:
        found = fleet.world.store.rollouts.recent(1)
        if not found:
            return False
        targets = fleet.world.store.rollouts.targets(found[0].id)
        return sum(each.state in states for each in targets) >= count

    return look


def test_a_pause_from_elsewhere_is_obeyed_between_two_clients(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "0s") as process:
        wait_until(reached(slow, TargetState.UPDATED, count=2))
        said = slow.lectl("rollout", "pause", slow.rollout().id)
        assert "will pause after the clients that are under way" in said.err
        assert f"Rollout {slow.rollout().id}: " in slow.lectl("status").err
        assert process.wait(20) == 3
    assert slow.rollout().state == "paused"
    assert "waiting" in slow.states().values()
    assert "running" not in slow.states().values()
    assert slow.lectl("rollout", "resume", slow.rollout().id).code == 0
    assert {slow.activations(name) for name in NAMES} == {2}


def test_a_pause_in_the_soak_is_obeyed(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "3s") as process:
        wait_until(reached(slow, TargetState.SOAKING, count=2))
        slow.lectl("rollout", "pause", slow.rollout().id)
        assert process.wait(20) == 3
    assert list(slow.states().values()).count("soaking") == 2


def test_an_abort_leaves_the_rest_alone(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "0s") as process:
        wait_until(reached(slow, TargetState.UPDATED, count=2))
        slow.lectl("rollout", "abort", slow.rollout().id)
        assert process.wait(20) == 3
    assert slow.rollout().state == "aborted"
    assert set(slow.states().values()) == {"updated", "skipped"}
    refused = slow.lectl("rollout", "resume", slow.rollout().id)
    assert refused.code == 12
    assert "it is aborted" in refused.err
    assert slow.update("--all").code == 0
    assert {slow.activations(name) for name in NAMES} == {2}


def test_two_runners_at_once_are_one(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "0s") as process:
        wait_until(reached(slow, TargetState.RUNNING, count=1))
        second = slow.lectl("rollout", "resume", slow.rollout().id)
        assert second.code == 11
        other = slow.update("--all")
        assert other.code == 11
        assert "Another rollout works on one of these clients" in other.err
        assert process.wait(30) == 0
    assert {slow.activations(name) for name in NAMES} == {2}


def test_a_killed_rollout_is_taken_up_and_nobody_is_updated_twice(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "0s") as process:
        wait_until(reached(slow, TargetState.RUNNING, count=1))
        time.sleep(0.3)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(5)
    assert slow.rollout().state == "running"
    ran = slow.lectl("rollout", "resume", slow.rollout().id)
    assert ran.code == 0, ran.err
    assert {slow.activations(name) for name in NAMES} == {2}


def test_words_for_a_rollout_that_nobody_runs_are_obeyed_at_once(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "0s") as process:
        wait_until(reached(slow, TargetState.UPDATED, count=2))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(5)
    assert "is paused" in slow.lectl("rollout", "pause", slow.rollout().id).err
    assert "is aborted" in slow.lectl("rollout", "abort", slow.rollout().id).err
    assert slow.lectl("rollout", "pause", slow.rollout().id).code == 12


def test_ctrl_c_pauses(slow: Fleet) -> None:
    with running(slow, *WORDS, "--soak", "0s") as process:
        wait_until(reached(slow, TargetState.UPDATED, count=2))
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stdout
        assert b"Go on with 'lectl rollout resume" in process.stdout.read()
    assert slow.rollout().state == "paused"
    assert slow.lectl("rollout", "resume", slow.rollout().id).code == 0
    assert {slow.activations(name) for name in NAMES} == {2}


def test_the_list_and_the_ledger_are_shown(fleet: Fleet) -> None:
    fleet.add("acme")
    fleet.publish("1.1.0")
    fleet.update("acme")
    rollout = fleet.rollout().id
    listed = fleet.lectl("rollout", "list").out.splitlines()[1]
    assert listed.startswith(f"done   {rollout}  update  1/1   1 of 1 updated")
    assert fleet.lectl("rollout", "list", "--json").json[0]["rollouts"][0]["id"] == rollout
    assert fleet.lectl("rollout", "show", rollout).out.splitlines()[1].startswith("updated  1")
    shown = fleet.lectl("rollout", "show", rollout, "--json").json[0]
    assert (shown["rollout"]["state"], shown["targets"][0]["to"]) == ("done", "1.1.0")
    assert fleet.lectl("rollout", "show", "nothing-like-it").code == 10
