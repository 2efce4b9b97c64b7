"""Damaged storage is found out, and no backup that failed looks as if it had not (promises B2 and B3)."""

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leadengine_agent.protocol import (
    Backup,
    BackupState,
    FailureCode,
    LocalTarget,
    Point,
    Points,
    PointsResult,
    Verify,
)
from tests.lab.backup.protected import FOLDER, LOCAL, Protected, order

pytestmark = pytest.mark.soak

MUTATIONS = Path("tests/lab/backup/mutations.py")
HOME = "/var/lib/leadengine/backups"
WORK = f"{HOME}/lab"
"""A folder that the executor's container sees."""


@pytest.fixture(scope="module")
def point(protected: Protected) -> Point:
    """Two points, so that there is something older, and then the one that is read."""
    protected.stack.query("CREATE TABLE IF NOT EXISTS lab_note (id bigserial, note text)")
    protected.backup()
    protected.stack.query(
        "INSERT INTO lab_note (note) SELECT md5(n::text) FROM generate_series(1, 20000) n"
    )
    return protected.backup()


def repository(protected: Protected) -> str:
    return f"{FOLDER}/{protected.client}-{protected.spec.client_id[:8]}"


@pytest.fixture(scope="module")
def job(protected: Protected, point: Point) -> dict[str, object]:
    """The repository as it is, as it was before the last point, and another client's."""
    vps = protected.vps
    password = vps.run("cat", f"{HOME}/{protected.client}/key/password").stdout
    vps.run("rm", "-rf", WORK)
    vps.run("mkdir", "-p", WORK)
    vps.run("cp", "-a", repository(protected), f"{WORK}/now")
    vps.run("cp", "-a", f"{WORK}/now", f"{WORK}/older")
    snapshots = point.copies[0].snapshots
    for snapshot in snapshots.values():
        vps.run("rm", "-f", f"{WORK}/older/snapshots/{snapshot}")
    protected.agent_python(_OTHER)
    parts = {part: (snapshots[part], f"/{name}") for part, name in _FILES.items()}
    return {
        "repository": f"{WORK}/now",
        "older": f"{WORK}/older",
        "other": f"{WORK}/other",
        "work": f"{WORK}/copy",
        "password": password,
        "parts": parts,
    }


_FILES = {"database": "database.dump", "rest": "rest.tar"}
_OTHER = f"""
import os, subprocess
environment = {{**os.environ, "RESTIC_PASSWORD": "of another client"}}
for words in (("init",), ("backup", "--no-cache", "/usr/lib/python3.13/email")):
    subprocess.run(("restic", "-q", "--repo", "{WORK}/other", *words), env=environment, check=True)
"""


def mutate(protected: Protected, job: dict[str, object], number: int, seed: int) -> Counter[str]:
    before = protected.stack.query("SELECT count(*), sum(id) FROM lab_note")
    task = json.dumps({**job, "number": number, "seed": seed})
    out = protected.agent_python(MUTATIONS.read_text(), task, timeout=3600)
    verdicts = [json.loads(line) for line in out.splitlines()]
    assert len(verdicts) == number
    silent = [each for each in verdicts if each["verdict"] == "SILENT"]
    assert silent == []
    for each in verdicts:
        if each["verdict"] == "detected":
            assert each["said"].strip(), each
    assert protected.stack.query("SELECT count(*), sum(id) FROM lab_note") == before
    return Counter(each["verdict"] for each in verdicts)


def test_no_mutation_of_the_storage_is_silent(protected: Protected, job: dict[str, object]) -> None:
    """What is read is what was stored, or the reading fails and says why."""
    found = mutate(protected, job, 20, seed=1)
    assert found["detected"] >= 6, found


def test_a_damaged_pack_fails_the_drill_and_is_shown(protected: Protected, point: Point) -> None:
    """The same through the agent: the drill names the trouble, inspect shows it, live data stays."""
    with _hurt(protected, "data"):
        failure = order(
            protected.vps, Verify(client=protected.client, point=point.id)
        ).outcome.failure
        assert failure is not None
        assert failure.code is FailureCode.CORRUPT
        assert state(protected).condition == "alarm"
    assert protected.stack.get("/readyz").status_code == 200
    assert protected.verify(point.id).drills[0].equal
    assert state(protected).condition == "good"


@contextmanager
def _hurt(protected: Protected, folder: str) -> Iterator[None]:
    """Change one byte in the middle of every object of a kind."""
    there = repository(protected)
    protected.vps.run("cp", "-a", there, f"{there}.kept")
    program = (
        "import pathlib, sys\n"
        "for path in pathlib.Path(sys.argv[1]).rglob('*'):\n"
        "    if path.is_file():\n"
        "        path.chmod(0o600); content = bytearray(path.read_bytes())\n"
        "        content[len(content) // 2] ^= 255; path.write_bytes(content)\n"
    )
    image = "leadengine/agent:dev"
    words = ("docker", "run", "-i", "--rm", "-v", f"{there}:/r", "--entrypoint", "python3", image)
    protected.vps.run(*words, "-", f"/r/{folder}", stdin=program)
    try:
        yield
    finally:
        protected.vps.run("rm", "-rf", there)
        protected.vps.run("mv", f"{there}.kept", there)


def state(protected: Protected) -> BackupState:
    found = protected.state().stacks[0].backup
    assert found is not None
    return found


def test_a_deleted_newest_point_is_an_alarm(protected: Protected, point: Point) -> None:
    there = repository(protected)
    newest = point.copies[0].snapshots["rest"]
    protected.vps.run("mv", f"{there}/snapshots/{newest}", "/root/taken")
    look = Points(client=protected.client, check=True)
    found = order(protected.vps, look).of(PointsResult)
    assert f"the point {point.id} has vanished from 'local'" in found.alarms
    assert state(protected).condition == "alarm"


# --- sabotage -------------------------------------------------------------------------------------

_MERGED = "{{.GraphDriver.Data.MergedDir}}"


@contextmanager
def _instead_of_pg_dump(protected: Protected, script: str) -> Iterator[None]:
    """Put another program in the place of `pg_dump` of the running container, as a bad image would."""
    name = f"leadengine-{protected.client}-db-1"
    root = protected.vps.run("docker", "inspect", "-f", _MERGED, name).stdout.strip()
    path = f"{root}/usr/lib/postgresql/17/bin/pg_dump"
    protected.vps.run("mv", path, f"{path}.real")
    protected.vps.run("install", "-m", "755", "/dev/stdin", path, stdin=f"#!/bin/bash\n{script}\n")
    try:
        yield
    finally:
        protected.vps.run("mv", f"{path}.real", path)


_OUT = 'while [ "$1" != --file ]; do shift; done; OUT="$2"'
SABOTAGES = {
    "another version": "echo 'pg_dump: error: aborting because of server version mismatch' >&2; exit 1",
    "nothing written": f"{_OUT}; : > $OUT; exit 0",
    "cut in the middle": f"{_OUT}; head -c 30000 /dev/urandom > $OUT; kill -PIPE $$",
    "an error after all was written": f"{_OUT}; head -c 30000 /dev/urandom > $OUT; exit 1",
}


@pytest.mark.parametrize("how", SABOTAGES)
def test_a_sabotaged_dump_is_no_backup(protected: Protected, point: Point, how: str) -> None:
    before = state(protected)
    with _instead_of_pg_dump(protected, SABOTAGES[how]):
        failure = protected.try_backup().outcome.failure
    assert failure is not None, how
    after = state(protected)
    assert after.last_good == before.last_good
    assert after.condition in {"failed", "alarm"}
    assert after.why


def test_garbage_that_ends_well_is_found_by_the_drill(protected: Protected) -> None:
    """A program that writes nonsense and says it is fine deceives the backup, and not the proof."""
    with _instead_of_pg_dump(protected, f"{_OUT}; head -c 30000 /dev/urandom > $OUT; exit 0"):
        answers = protected.try_backup()
    if answers.outcome.failure is not None:
        return
    point = answers.outcome.result["points"][0]["id"]
    failure = order(protected.vps, Verify(client=protected.client, point=point)).outcome.failure
    assert failure is not None
    assert failure.code is FailureCode.CORRUPT


def _fails_at(protected: Protected, *targets: LocalTarget) -> BackupState:
    protected.protect(*targets)
    try:
        failure = order(protected.vps, Backup(client=protected.client)).outcome.failure
        assert failure is not None
        return state(protected)
    finally:
        protected.protect(LOCAL)


def test_a_full_target_is_a_failure_and_the_other_one_is_good(protected: Protected) -> None:
    protected.vps.run("mkdir", "-p", "/mnt/full")
    protected.vps.run("mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", "/mnt/full")
    found = _fails_at(protected, LOCAL, LocalTarget(name="second", folder="/mnt/full"))
    protected.vps.run("umount", "/mnt/full")
    good = {target.name: target.good for target in found.targets}
    assert good == {"local": True, "second": False}
    assert found.condition in {"partial", "alarm"}
    assert "second" in found.why


def test_a_disk_that_is_not_mounted_is_a_failure_and_no_new_repository(
    protected: Protected,
) -> None:
    second = LocalTarget(name="usb", folder="/mnt/usb")
    protected.vps.run("mkdir", "-p", "/mnt/usb")
    protected.vps.run("mount", "-t", "tmpfs", "tmpfs", "/mnt/usb")
    protected.protect(LOCAL, second)
    protected.backup()
    protected.vps.run("umount", "/mnt/usb")
    found = _fails_at(protected, LOCAL, second)
    assert not {target.name: target for target in found.targets}["usb"].good
    assert protected.vps.run("ls", "/mnt/usb").stdout == ""
    protected.vps.run("rmdir", "/mnt/usb")
    gone = _fails_at(protected, LOCAL, second)
    assert not {target.name: target for target in gone.targets}["usb"].good


def test_a_restart_of_the_database_in_the_middle_fails_and_heals(protected: Protected) -> None:
    slow = f"{_OUT}; head -c 9000 /dev/zero; sleep 2; docker-never; sleep 30"
    name = f"leadengine-{protected.client}-db-1"
    with _instead_of_pg_dump(protected, slow):
        restart = shlex.join(("docker", "restart", name))
        protected.vps.run("sh", "-c", f"(sleep 4; {restart}) >/dev/null 2>&1 &")
        failure = protected.try_backup().outcome.failure
    assert failure is not None
    assert protected.backup().is_good
