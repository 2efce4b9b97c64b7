"""Bad days of a host and of storage: a clear state, nothing lost, and it heals by itself."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leadengine_agent.backup.keeping import keep as retain
from leadengine_agent.protocol import LocalTarget
from tests.lab.backup.services import Services, services
from tests.lab.backup.storages import S3, Rest, rest_beside, s3
from tests.lab.backup.trouble import EXPIRED, GOOD, OUT, SECRET, USER, failed, instead_of_pg_dump
from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


@pytest.fixture(scope="module")
def acme(run: Run, product_images: None) -> Iterator[Services]:
    """A client with some rows."""
    with services(run, f"d{os.getpid()}") as found:
        found.sql(
            "CREATE TABLE event (id bigserial PRIMARY KEY, note text);"
            "INSERT INTO event (note) SELECT md5(random()::text) FROM generate_series(1, 60000)"
        )
        yield found


@pytest.fixture(scope="module")
def bucket(run: Run) -> Iterator[S3]:
    with s3(run) as service:
        yield service


@pytest.fixture(scope="module")
def server(run: Run, product_images: None) -> Rest:
    return rest_beside(run, USER, SECRET)


def heals(acme: Services) -> None:
    """The next run is good everywhere, nothing is left behind, and what it took comes back equal."""
    point = acme.backup()
    assert acme.state().condition == "good"
    assert acme.state().why == ""
    acme.nothing_is_left()
    assert acme.drill(point).equal


def test_an_expired_credential_says_so_and_heals(acme: Services, server: Rest) -> None:
    acme.protect(acme.local, server.target, credentials=GOOD)
    acme.backup()
    acme.protect(acme.local, server.target, credentials=EXPIRED)
    found = failed(acme)
    assert found.condition == "partial"
    assert "refuses the credentials" in found.why
    acme.protect(acme.local, server.target, credentials=GOOD)
    heals(acme)
    acme.protect(acme.local)


def test_a_storage_that_hangs_says_so_and_heals(acme: Services, server: Rest) -> None:
    acme.protect(acme.local, server.target, credentials=GOOD)
    acme.backup()
    docker("pause", server.box.name)
    try:
        found = failed(acme)
    finally:
        docker("unpause", server.box.name)
    assert found.condition == "partial"
    assert "is not there" in found.why
    heals(acme)
    acme.protect(acme.local)


def test_a_slow_storage_takes_longer_and_is_good(acme: Services, bucket: S3) -> None:
    acme.protect(acme.local, bucket.below("slow"), credentials={"s3": bucket.credentials})
    bucket.lies.slow = 1.5
    try:
        point = acme.attempt()
    finally:
        bucket.lies.slow = 0.0
    took = {copy.target: (copy.good, copy.seconds) for copy in point.copies}
    assert took["s3"][0], point.copies
    assert took["s3"][1] > 15
    assert took["local"][0]
    heals(acme)
    acme.protect(acme.local)


def test_a_full_disk_says_so_and_heals(acme: Services) -> None:
    full = acme.folder / "full"
    full.mkdir()
    with mounted(full, "300k"):
        acme.protect(acme.local, LocalTarget(name="second", folder=str(full)))
        found = failed(acme)
        assert found.condition == "partial"
        assert "full" in found.why
        subprocess.run(("mount", "-o", "remount,size=100m", full), check=True)
        heals(acme)
    acme.protect(acme.local)


@contextmanager
def mounted(folder: os.PathLike[str], size: str) -> Iterator[None]:
    """A disk of that size."""
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder), check=True)
    try:
        yield
    finally:
        subprocess.run(("umount", folder), check=True)


@pytest.mark.parametrize(
    "how", [("kill",), ("restart", "--time", "5")], ids=["killed", "restarted"]
)
def test_a_database_that_ends_in_the_middle_fails_and_heals(
    acme: Services, how: tuple[str, ...]
) -> None:
    docker("exec", acme.database, "rm", "-f", "/tmp/dumping")

    def end() -> None:
        until(lambda: docker("exec", acme.database, "ls", "/tmp/dumping"), "the dump", 60)
        docker(*how, acme.database)
        docker("start", acme.database)

    ending = threading.Thread(target=end)
    half = f"{OUT}; touch /tmp/dumping; head -c 9000 /dev/zero > $OUT; sleep 60"
    with instead_of_pg_dump(acme, half):
        ending.start()
        found = failed(acme)
        ending.join()
        until(lambda: acme.sql("SELECT 1"), "the database", 60)
    assert found.condition == "failed"
    heals(acme)


def test_a_lock_of_a_dead_process_is_freed(acme: Services) -> None:
    """restic is killed with its lock in the repository, and whoever started it, too."""
    acme.backup()
    with instead_of_pg_dump(acme, f"{OUT}; head -c 9000 /dev/zero > $OUT; sleep 60"):
        taking = acme.attempt_elsewhere()
        until(lambda: _locks(acme), "a lock", 60)
        taking.kill()
        taking.wait()
        for name in _containers(acme):
            docker("kill", name)
    assert _locks(acme)
    heals(acme)


def _locks(acme: Services) -> list[str]:
    found = [path.name for path in acme.repository.glob("locks/*")]
    assert found, "no lock is there"
    return found


def _containers(acme: Services) -> list[str]:
    words = ("ps", "--filter", f"name=leadengine-{acme.name}-restic", "--format", "{{.Names}}")
    return docker(*words).stdout.split()


@pytest.mark.parametrize("clock", ["-365d", "+365d"])
def test_a_wrong_clock_is_told_and_forgotten_once_it_is_right(acme: Services, clock: str) -> None:
    acme.backup()
    kept = {point.id for point in acme.client.history().good}
    wrong = {"LD_PRELOAD": FAKETIME, "FAKETIME": clock}
    assert acme.attempt_elsewhere(wrong).wait(120) == 0
    year = acme.client.history().good[-1].id[:4]
    assert year != time.strftime("%Y", time.gmtime())
    if clock.startswith("+"):
        acme.backup()
    state = acme.state()
    assert state.condition == "alarm"
    assert "clock" in state.alarms[0]
    # The second one has an earlier one to be compared with whose time is right.
    acme.backup()
    heals(acme)
    retain(acme.client, acme.client.history().good[-1])
    assert kept <= {point.id for point in acme.client.history().good if point.kept}
    listed = {tag for each in _snapshots(acme) for tag in each["tags"]}
    assert {f"point:{name}" for name in kept} <= listed


def _snapshots(acme: Services) -> list[dict[str, list[str]]]:
    found: list[dict[str, list[str]]] = json.loads(acme.restic("snapshots", "--json", "--no-lock"))
    return found
