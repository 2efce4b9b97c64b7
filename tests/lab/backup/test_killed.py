"""Killed in the middle of a backup or a restore: storage is whole, the stack serves, the next one works."""

import random
import threading
import time

import pytest

from leadengine_agent.protocol import Backup, Order, Restore
from tests.lab.backup.protected import FOLDER, HOME, Protected, order
from tests.lab.backup.tally import Tally
from tests.lab.engine import LabError
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

EXECUTOR = "leadengine-executor"


def killed(protected: Protected, wanted: Order, after: float) -> bool:
    """Give an order and kill the executor that many seconds later; False: it had ended before."""
    ended = threading.Event()

    def give() -> None:
        try:
            order(protected.vps, wanted)
            ended.set()
        except LabError:
            return

    giving = threading.Thread(target=give)
    giving.start()
    ended.wait(after)
    was_in_time = not ended.is_set()
    protected.vps.run("docker", "kill", EXECUTOR)
    giving.join()
    protected.vps.run("docker", "start", EXECUTOR)
    until(protected.state, "the executor", 180)
    return was_in_time


def check_repository(protected: Protected) -> None:
    """restic's own check, reading everything."""
    password = protected.vps.run("cat", f"{HOME}/{protected.client}/key/password").stdout
    name = f"{protected.client}-{protected.spec.client_id[:8]}"
    words = ("docker", "run", "--rm", "--env", "RESTIC_PASSWORD", "-v", f"{FOLDER}/{name}:/r",
             "--entrypoint", "restic", "leadengine/agent:dev", "--repo", "/r", "--no-cache", "--no-lock",
             "check", "--read-data")  # fmt: skip
    protected.vps.run("env", f"RESTIC_PASSWORD={password}", *words)


def serves(protected: Protected) -> None:
    assert protected.stack.get("/readyz").status_code == 200


def leaves_nothing(protected: Protected) -> None:
    """After the next backup: no lock, no container of a killed one, nothing in clear."""
    locks = protected.vps.run("find", FOLDER, "-path", "*/locks/*").stdout.split()
    assert locks == []
    names = protected.vps.run("docker", "ps", "-a", "--format", "{{.Names}}").stdout.split()
    assert not [name for name in names if "restic" in name or "scratch" in name]
    left = protected.vps.run("ls", "-A", f"{HOME}/{protected.client}").stdout.split()
    assert not {"staging", "pipe"} & set(left)
    sessions = protected.stack.query(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leadengine-backup'"
    )
    assert sessions == "0"


def kill_backups(protected: Protected, number: int, seed: int) -> int:
    chance, tally = random.Random(seed), Tally("B5-backups-on-a-host", number)  # noqa: S311
    started = time.monotonic()
    protected.backup()
    usual = time.monotonic() - started
    for _ in range(number):
        after = chance.uniform(0.05, usual)
        hit = killed(protected, Backup(client=protected.client), after)
        # It had ended by then: a machine with less to do needs earlier kills.
        usual = usual if hit else after
        serves(protected)
        check_repository(protected)
        tally.add(hit=hit)
    assert protected.backup().is_good
    leaves_nothing(protected)
    return tally.seen["hit"]


def kill_restores(protected: Protected, number: int, seed: int) -> int:
    chance, tally = random.Random(seed), Tally("B5-restores", number)  # noqa: S311
    protected.stack.query("CREATE TABLE IF NOT EXISTS lab_state (id int)")
    point = protected.backup()
    started = time.monotonic()
    protected.restore(point=point.id, without_undo=True)
    usual = time.monotonic() - started
    rows = protected.stack.query("SELECT count(*) FROM users")
    for _ in range(number):
        wanted = Restore(client=protected.client, point=point.id, without_undo=True)
        after = chance.uniform(0.05, usual)
        hit = killed(protected, wanted, after)
        usual = usual if hit else after
        until(lambda: serves(protected), "the stack", 120)
        assert protected.stack.query("SELECT count(*) FROM users") == rows
        tally.add(hit=hit)
    protected.restore(point=point.id, without_undo=True)
    check_repository(protected)
    assert protected.backup().is_good
    leaves_nothing(protected)
    return tally.seen["hit"]


def test_backups_killed_at_any_moment(protected: Protected) -> None:
    assert kill_backups(protected, 10, seed=1) >= 5


def test_restores_killed_at_any_moment(protected: Protected) -> None:
    assert kill_restores(protected, 40, seed=2) >= 20
