"""A migration that meets somebody's lock, fails half-way, or was interrupted while indexing."""

# ruff: noqa: S608 - statements of the tests themselves

import threading
import time
from collections.abc import Iterator

import pytest

from tests.lab.engine import Done, docker
from tests.lab.runtime.derived import with_migration
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_migrate_and_seed import migration_of, schema

WIDER = "ALTER TABLE visits ADD COLUMN score int; CREATE TABLE extra (id int)"


@pytest.fixture(scope="module")
def wider(stack: RuntimeStack) -> Iterator[str]:
    """An api with one more expand-only migration, and an index to build beside the traffic."""
    indexes = 'indexes = {"visits_score": "visits (tenant_id, score)"}'
    tag = with_migration(stack.run, "wider", WIDER, indexes)
    yield tag
    docker("rmi", "--force", tag)


def migrated(stack: RuntimeStack, database: str) -> str:
    url = migration_of(stack, database)
    assert stack.admin("migrate", MIGRATION_DATABASE_URL=url).returncode == 0
    return url


def hold(stack: RuntimeStack, database: str, seconds: int) -> None:
    """Read a row of visits in a transaction that stays open: an ALTER has to wait for its end."""
    text = f"BEGIN; SELECT count(*) FROM visits; SELECT pg_sleep({seconds})"
    words = ("psql", "-U", "le", "-d", database, "-c", text)
    docker("exec", "--detach", "--env=PGAPPNAME=report", stack.db.name, *words)
    time.sleep(1)


def migrate(stack: RuntimeStack, url: str, image: str) -> Done:
    return stack.admin("migrate", image=image, MIGRATION_DATABASE_URL=url)


def test_lock_that_is_let_go_is_waited_for(stack: RuntimeStack, wider: str) -> None:
    url = migrated(stack, "waiting")
    hold(stack, "waiting", 12)
    done = migrate(stack, url, wider)
    assert done.returncode == 0, done.stderr
    assert (
        stack.sql(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'visits_score'::regclass", "waiting"
        )
        == "t"
    )


def test_lock_that_is_kept_is_named_and_nothing_is_left(stack: RuntimeStack, wider: str) -> None:
    url = migrated(stack, "kept")
    before = schema(stack, "kept")
    hold(stack, "kept", 100)
    started = time.monotonic()
    done = migrate(stack, url, wider)
    assert done.returncode == 1
    assert 45 < time.monotonic() - started < 75
    assert "(report, busy for" in done.stderr
    assert "holds a lock that is needed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert schema(stack, "kept") == before


def test_queries_behind_a_waiting_migration_are_answered_within_a_second(
    stack: RuntimeStack, wider: str
) -> None:
    """N = readings of the table for 12 s, while the migration tries to get in between."""
    url = migrated(stack, "queue")
    hold(stack, "queue", 10)
    worst: list[float] = []
    over = threading.Event()

    def read() -> None:
        loop = "SELECT clock_timestamp(), count(*) FROM visits \\watch i=0.02 c=450\n"
        text = f"\\timing on\n{loop}"
        done = stack.db.run("psql", "-U", "le", "-d", "queue", stdin=text, check=False)
        times = [line for line in done.stdout.splitlines() if line.startswith("Time: ")]
        worst.extend(float(line.split()[1]) for line in times)
        over.set()

    reader = threading.Thread(target=read)
    reader.start()
    done = migrate(stack, url, wider)
    reader.join()
    assert done.returncode == 0, done.stderr
    assert len(worst) > 300
    print(f"readings: {len(worst)}, slowest {max(worst):.0f} ms")  # noqa: T201
    assert 300 < max(worst) < 1000, "the migration stood in the way, for less than a second"


def test_failed_migration_leaves_no_residue(stack: RuntimeStack) -> None:
    """It makes a table and a column, and fails on its third statement."""
    url = migrated(stack, "half")
    before = schema(stack, "half")
    tag = with_migration(stack.run, "half-way", f"{WIDER}; SELECT 1/0")
    done = migrate(stack, url, tag)
    docker("rmi", "--force", tag)
    assert done.returncode == 1
    assert "division by zero" in done.stderr
    assert schema(stack, "half") == before


def test_index_that_was_left_half_built_is_made_anew(stack: RuntimeStack, wider: str) -> None:
    """Interrupted before: the catalogue has it, marked invalid."""
    url = migrated(stack, "torn")
    assert migrate(stack, url, wider).returncode == 0
    stack.sql(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'visits_score'::regclass", "torn"
    )
    number = stack.sql("SELECT 'visits_score'::regclass::oid", "torn")
    assert migrate(stack, url, wider).returncode == 0
    assert (
        stack.sql(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'visits_score'::regclass", "torn"
        )
        == "t"
    )
    assert stack.sql("SELECT 'visits_score'::regclass::oid", "torn") != number


def test_index_on_a_database_that_is_used_does_not_deadlock(
    stack: RuntimeStack, wider: str
) -> None:
    """Two migrations at once: one builds, the other waits its turn, both are content."""
    url = migrated(stack, "twice")
    done: list[Done] = []
    threads = [
        threading.Thread(target=lambda: done.append(migrate(stack, url, wider))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    assert stack.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid", "twice") == "0"
