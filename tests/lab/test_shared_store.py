"""A team's store: PostgreSQL, two operators, and a rollout that the second takes over from the first."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from leadengine_ctl.errors import ExitCode, LeadEngineError
from leadengine_ctl.fleet.database import IDLE_TIMEOUT, open_database
from leadengine_ctl.fleet.records import TargetState
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.rollouts.lease import LEASE
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.waiting import until
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet

NAMES = tuple(f"client-{letter}" for letter in "abcdefgh")
WORDS = (
    "update",
    "--all",
    "--yes",
    "--bake",
    "0s",
    "--soak",
    "0s",
    "--parallel",
    "1",
    "--waves",
    "100%",
)
SOCKET = "--tmpfs=/var/run/postgresql:mode=0775,uid=999,gid=999"


@pytest.fixture
def server(run: Run, product_images: None) -> Iterator[Container]:
    """A PostgreSQL server with an empty database."""
    options = (
        SOCKET,
        "--env=POSTGRES_DB=control",
        "--env=POSTGRES_USER=le",
        "--env=POSTGRES_PASSWORD=x",
    )
    box = run.start("control-db", "leadengine/standin-postgres:dev", options=options)
    until(lambda: box.run("pg_isready", "-h", box.address, "-U", "le"), "the database", 60)
    yield box
    box.remove()


@pytest.fixture
def team(server: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Cli, Cli]:
    """Two operators with one store and one key; each has locks of their own. Hosts are in files of both."""
    first, second = tmp_path / "first", tmp_path / "second"
    publish(first / "data", a_draft())
    second.mkdir()
    (second / "data").mkdir()
    shared = {
        "LECTL_DATABASE_URL": f"postgresql+psycopg://le:x@{server.address}/control",
        "LECTL_KEY_FILE": str(first / "data" / "key"),
    }
    for name in ("releases", "release-keys", "memory"):
        (first / "data" / name).mkdir(exist_ok=True)
        (second / "data" / name).symlink_to(first / "data" / name)
    desks = [
        Cli(desk / "data", {**Cli.environment(desk / "data", desk), **shared})
        for desk in (first, second)
    ]
    for name, value in desks[0].variables.items():
        monkeypatch.setenv(name, value)
    return desks[0], desks[1]


@pytest.fixture
def fleet(team: tuple[Cli, Cli]) -> Fleet:
    found = Fleet(team[0])
    found.add(*NAMES)
    found.publish("1.1.0")
    for name in NAMES:
        found.order_faults(name, seconds=0.5)
    return found


@contextmanager
def started(lectl: Cli, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs no longer than the test: for one that is stopped it would wait forever."""
    program = "from leadengine_ctl.cli.main import main; main()"
    running = subprocess.Popen(
        (sys.executable, "-c", program, *words), env=lectl.variables, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def updated(world: World) -> int:
    """How many clients of the newest rollout are updated; each new world would be a new connection."""
    rollouts = world.store.rollouts
    newest = rollouts.recent(1)
    targets = rollouts.targets(newest[0].id) if newest else ()
    return sum(target.state == TargetState.UPDATED for target in targets)


def wait_for(fleet: Fleet, count: int) -> None:
    end, world = time.monotonic() + 60, fleet.world
    while updated(world) < count:
        assert time.monotonic() < end, fleet.states()
        time.sleep(0.1)


def test_another_process_takes_over_when_the_lease_has_lapsed(
    fleet: Fleet, team: tuple[Cli, Cli]
) -> None:
    _, second = team
    for name in NAMES:
        # Long enough for the other to start and ask, also where both have to share a processor.
        fleet.order_faults(name, seconds=1.5)
    with started(fleet.lectl, *WORDS) as first:
        wait_for(fleet, 2)
        alive = second.process("rollout", "resume", fleet.rollout().id)
        assert alive.code == 11
        assert "is run by another process" in alive.err
        os.kill(first.pid, signal.SIGKILL)
    assert second.process("rollout", "resume", fleet.rollout().id).code == 11
    time.sleep(LEASE + 1)
    taken = second.process("rollout", "resume", fleet.rollout().id)
    assert taken.code == 0, taken.err
    assert {fleet.activations(name) for name in NAMES} == {2}


def test_one_that_slept_and_was_replaced_does_nothing_more(
    fleet: Fleet, team: tuple[Cli, Cli]
) -> None:
    _, second = team
    for name in NAMES:
        # The heir still has to be at work when the other looks around: one that finds all done ends well.
        fleet.order_faults(name, seconds=2.0)
    with started(fleet.lectl, *WORDS) as first:
        wait_for(fleet, 2)
        os.kill(first.pid, signal.SIGSTOP)
        time.sleep(LEASE + 1)
        with started(second, "rollout", "resume", fleet.rollout().id) as heir:
            wait_for(fleet, 4)
            os.kill(first.pid, signal.SIGCONT)
            # The second: it was stopped inside a transaction, which the database has ended meanwhile.
            assert first.wait(30) in {ExitCode.LOCKED, ExitCode.ERROR}
            assert heir.wait(60) == 0
    assert {fleet.activations(name) for name in NAMES} == {2}


def test_who_stops_inside_a_transaction_keeps_nobody_waiting(
    fleet: Fleet, team: tuple[Cli, Cli], tmp_path: Path
) -> None:
    url = team[0].variables["LECTL_DATABASE_URL"]
    engines = [open_database(url, tmp_path) for _ in team]
    with engines[0].connect() as asleep:
        asleep.execute(text("LOCK TABLE clients IN ACCESS EXCLUSIVE MODE"))
        started = time.monotonic()
        with engines[1].connect() as other:
            assert other.scalar(text("SELECT count(*) FROM clients")) == len(NAMES)
        assert IDLE_TIMEOUT - 5 < time.monotonic() - started < IDLE_TIMEOUT + 15
        with pytest.raises(LeadEngineError, match="ended the connection"):
            asleep.execute(text("SELECT 1"))
    for engine in engines:
        engine.dispose()


def test_of_two_that_start_at_once_one_works(fleet: Fleet, team: tuple[Cli, Cli]) -> None:
    """Races for a rollout that nobody runs, until it is done: at least two."""
    with started(fleet.lectl, *WORDS) as first:
        wait_for(fleet, 1)
        fleet.lectl("rollout", "pause", fleet.rollout().id)
        assert first.wait(30) == 3
    rollout, races = fleet.rollout().id, 0
    while fleet.rollout().state == "paused":
        done, races = updated(fleet.world), races + 1
        words = ("rollout", "resume", rollout)
        with started(team[0], *words) as one, started(team[1], *words) as other:
            wait_for(fleet, done + 1)
            if races < 3:
                fleet.lectl("rollout", "pause", rollout)
            codes = sorted(racer.wait(60) for racer in (one, other))
        assert codes in ([0, 11], [3, 11]), codes
    assert races >= 2
    assert {fleet.activations(name) for name in NAMES} == {2}


def test_an_operation_is_as_durable_on_a_shared_store(team: tuple[Cli, Cli]) -> None:
    """Killed on one desk, finished on it again, seen on the other."""
    first, second = team
    words = ("deploy", "acme", "leads.acme.test", "--host", "memory://one")
    assert first.process(*words, LECTL_FAILPOINT="deploy.activate:after").code == -9
    again = first.process(*words)
    assert again.code == 0, again.err
    assert second.process("status", "acme").code == 0
    (operation,) = second.process("operations", "list", "--json").json[0]["operations"]
    assert operation["state"] == "done"
