"""Promises B3, B4 and B8 on the data services of a client, without a host around them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_agent.backup.database import Session
from leadengine_agent.backup.manifest import DatabaseSums, TableSum
from tests.lab.backup.services import AGENT, Services, services
from tests.lab.backup.storages import S3, Rest, rest_beside, s3
from tests.lab.backup.taken import FORGE, HOSTILE, MARK, RANSOM
from tests.lab.backup.trouble import GOOD, OUT, SECRET, USER, failed, instead_of_pg_dump
from tests.lab.engine import LabError, docker
from tests.lab.run import Run


@pytest.fixture(scope="module")
def acme(run: Run, product_images: None) -> Iterator[Services]:
    """A client with some rows."""
    with services(run, f"w{os.getpid()}") as found:
        found.sql(
            "CREATE TABLE event (id bigserial PRIMARY KEY, note text);"
            "INSERT INTO event (note) SELECT md5(random()::text) FROM generate_series(1, 60000);"
            "CREATE TABLE odd (gone int, j jsonb, n numeric, x xml, p point, a text[], f float8);"
            "ALTER TABLE odd DROP gone; INSERT INTO odd VALUES"
            " ('{\"a\": 1.0}', 1.00, '<a/>', '(1,2)', '{a}', 'NaN'); CREATE TABLE bare ()"
        )
        yield found


@pytest.fixture(scope="module")
def bucket(run: Run) -> Iterator[S3]:
    with s3(run) as service:
        yield service


@pytest.fixture(scope="module")
def server(run: Run, product_images: None) -> Rest:
    return rest_beside(run, USER, SECRET)


def test_sums_are_of_the_values_and_as_an_older_agent_took_them_where_one_did(
    acme: Services,
) -> None:
    with Session(acme.database) as session:
        now = session.sums()
        older = session.sums(like=DatabaseSums(tables=dict.fromkeys(now.tables, _OLDER)))
        assert session.sums(like=older) == older
    assert {each.way for each in now.tables.values()} == {"record"}
    assert {each.way for each in older.tables.values()} == {"text"}
    before = now.tables["public.odd"]
    acme.sql("UPDATE odd SET n = 1.0")
    with Session(acme.database) as session:
        assert session.sums().tables["public.odd"] != before
        assert session.sums(like=older).tables["public.odd"] != older.tables["public.odd"]


_OLDER = TableSum(rows=0, first="", second="")


# --- B3 -------------------------------------------------------------------------------------------

SABOTAGES = {
    "another version": "echo 'pg_dump: error: aborting because of server version mismatch' >&2; exit 1",
    "nothing written": f"{OUT}; : > $OUT; exit 0",
    "cut in the middle": f"{OUT}; head -c 30000 /dev/urandom > $OUT; kill -PIPE $$",
    "an error after all was written": f"{OUT}; head -c 30000 /dev/urandom > $OUT; exit 1",
}


def test_no_sabotaged_dump_counts_as_a_backup(acme: Services) -> None:
    acme.backup()
    for how, script in SABOTAGES.items():
        with instead_of_pg_dump(acme, script):
            assert failed(acme).condition == "failed", how
    acme.backup()
    assert acme.state().condition == "good"


def test_garbage_that_ends_well_is_found_by_the_drill(acme: Services) -> None:
    with instead_of_pg_dump(acme, f"{OUT}; head -c 30000 /dev/urandom > $OUT; exit 0"):
        point = acme.backup()
    drilled = acme.drill(point)
    assert not drilled.equal
    assert acme.state().condition == "alarm"
    assert acme.drill(acme.backup()).equal
    assert acme.state().condition == "good"


@pytest.mark.soak
@pytest.mark.parametrize("lie", ["drop", "cut"])
def test_a_storage_that_acknowledges_and_does_not_keep_is_found_out(
    acme: Services, bucket: S3, lie: str
) -> None:
    acme.protect(acme.local, bucket.below(lie), credentials={"s3": bucket.credentials})
    acme.backup()
    acme.sql("INSERT INTO event (note) SELECT md5(random()::text) FROM generate_series(1, 9999)")
    bucket.lies.how, bucket.lies.told = lie, 0
    try:
        condition = failed(acme).condition
    finally:
        bucket.lies.how = ""
        acme.protect(acme.local)
    assert bucket.lies.told
    assert condition == "partial"


# --- B4 -------------------------------------------------------------------------------------------


def test_a_taken_host_can_destroy_nothing_at_an_append_only_storage(
    acme: Services, server: Rest
) -> None:
    """With the host's own credential: delete and overwrite each object, and forge points."""
    acme.protect(server.target, credentials=GOOD)
    genuine = [acme.backup() for _ in range(2)]
    before = server.objects()
    job = {
        "host": server.box.address,
        "objects": sorted(before),
        "user": USER,
        "secret": SECRET,
        "password": acme.client.home.password(),
        "url": f"rest:http://{USER}:{SECRET}@{server.box.address}:8000/{acme.repository.name}/",
        "number": 3,
    }
    answers = json.loads(elsewhere(RANSOM, job))
    assert answers == {"deleted": 0, "overwritten": 0, "refused": 2 * len(before)}
    elsewhere(FORGE, job)
    after = server.objects()
    assert len(after) > len(before)
    assert {path: after.get(path) for path in before} == before
    assert acme.drill(genuine[0], "rest").equal
    acme.protect(acme.local)


def elsewhere(program: str, job: dict[str, object]) -> str:
    """Run a program as whoever has taken the host and all that it knows."""
    words = ("run", "-i", "--rm", "--entrypoint", "python3", AGENT, "-", json.dumps(job))
    return docker(*words, stdin=program, timeout=600).stdout


# --- B8 -------------------------------------------------------------------------------------------


def test_hostile_names_come_back_as_names_and_run_nothing(acme: Services) -> None:
    names = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    for name in names:
        acme.sql(f"CREATE TABLE {name} (id int); COMMENT ON TABLE {name} IS $c${name}$c$")
    assert acme.drill(acme.backup()).equal
    for name in names:
        acme.sql(f"DROP TABLE {name}")
    with pytest.raises(LabError, match="No such file"):
        docker("exec", acme.database, "ls", MARK)
    assert not Path(MARK).exists()
