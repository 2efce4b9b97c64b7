"""Two panels on one PostgreSQL: one is killed in the middle of a rollout, and nothing is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_ctl.fleet.records import TargetState
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.panel import doing
from tests.lab.container import Container
from tests.lab.operator import wait_until
from tests.lab.run import Run
from tests.lab.served_panel import descendants, kill_whole, serve
from tests.lab.waiting import until
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet

NAMES = tuple(f"client-{letter}" for letter in "abcdef")
SOCKET = "--tmpfs=/var/run/postgresql:mode=0775,uid=999,gid=999"


@pytest.fixture
def server(run: Run, product_images: None) -> Iterator[Container]:
    """A PostgreSQL server with an empty database."""
    names = ("DB=panel", "USER=le", "PASSWORD=x")
    options = (SOCKET, *(f"--env=POSTGRES_{name}" for name in names))
    box = run.start("panel-db", "leadengine/standin-postgres:dev", options=options)
    until(lambda: box.run("pg_isready", "-h", box.address, "-U", "le"), "the database", 120)
    yield box
    box.remove()


@pytest.fixture
def fleet(server: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A team's store on that server; the hosts are in memory, and slow."""
    publish(tmp_path / "data", a_draft())
    environment = {
        **Cli.environment(tmp_path / "data", tmp_path),
        "LECTL_DATABASE_URL": f"postgresql+psycopg://le:x@{server.address}/panel",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = Fleet(Cli(tmp_path / "data", environment))
    found.add(*NAMES)
    found.publish("1.1.0")
    for name in NAMES:
        found.order_faults(name, seconds=2.0)
    return found


def updated(fleet: Fleet, rollout: str) -> int:
    targets = fleet.world.store.rollouts.targets(rollout)
    return sum(each.state is TargetState.UPDATED for each in targets)


def test_a_panel_that_is_killed_in_a_rollout_loses_nothing(fleet: Fleet, tmp_path: Path) -> None:
    world = fleet.world
    assert fleet.lectl("panel", "admin", "add", "ann@panel.test").code == 0
    # The second panel is on another machine: its own folder of locks, the same hosts.
    second = tmp_path / "second"
    second.mkdir()
    shutil.copy(tmp_path / "data" / "key", second / "key")
    shutil.copytree(tmp_path / "data" / "releases", second / "releases")
    (second / "memory").symlink_to(tmp_path / "data" / "memory")
    other = {**fleet.lectl.variables, "LECTL_DATA_FOLDER": str(second)}
    with serve(fleet.lectl.variables, workers=1) as first:
        request = RolloutRequest.model_validate(
            {"waves": "100%", "parallel": 1, "soak": 0, "bake": 0}
        )
        rollout = doing.start_rollout(world, request)
        wait_until(lambda: updated(fleet, rollout) >= 2, 240)
        assert descendants(first.process.pid), "the rollout is a process of the first panel"
        done = updated(fleet, rollout)
        kill_whole(first.process)
    assert done < len(NAMES), "killed in the middle"
    assert world.store.rollouts.get(rollout).state == "running"
    with serve(other, workers=1):
        wait_until(lambda: world.store.rollouts.get(rollout).state == "done", 300)
    assert updated(fleet, rollout) == len(NAMES)
    assert {fleet.runs(name) for name in NAMES} == {"1.1.0"}
    # Each was activated once more than it was deployed: nobody twice, nobody not at all.
    assert {fleet.activations(name) for name in NAMES} == {2}
    wait_until(lambda: world.store.jobs.count_open() == 0, 60)
    assert world.store.audit.verify().broken == ""
