"""Promises B1 and B5 in numbers, on the data services of a client without a host around them.

What needs hosts, for a stack has to serve or a place to be empty, stands in `test_points_elsewhere.py` and
`test_killed.py`.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.lab.backup.services import Services, services
from tests.lab.backup.tally import Tally
from tests.lab.run import Run

_TRANSFERS = (
    "DO $$ BEGIN FOR i IN 1..50 LOOP"
    " UPDATE account SET amount = amount - 1 WHERE id = 1 + i % 100;"
    " UPDATE account SET amount = amount + 1 WHERE id = 1 + (i * 7) % 100;"
    " INSERT INTO entry DEFAULT VALUES; COMMIT; END LOOP; END $$"
)
"""Each takes from one row and gives to another in one transaction: the sum never changes."""


@pytest.fixture(scope="module")
def client(run: Run, product_images: None) -> Iterator[Services]:
    """A client with some rows, and a table that is written to."""
    with services(run, f"n{os.getpid()}") as found:
        found.sql(
            "CREATE TABLE event (id bigserial PRIMARY KEY, note text);"
            "INSERT INTO event (note) SELECT md5(random()::text) FROM generate_series(1, 20000);"
            "CREATE TABLE account (id int PRIMARY KEY, amount bigint NOT NULL);"
            "INSERT INTO account SELECT n, 1000 FROM generate_series(1, 100) n;"
            "CREATE TABLE entry (id bigserial PRIMARY KEY, note text DEFAULT md5(random()::text))"
        )
        yield found


@contextmanager
def writes(client: Services) -> Iterator[None]:
    """Transfers go on meanwhile."""
    ended = threading.Event()

    def transfer() -> None:
        while not ended.wait(0.2):
            client.sql(_TRANSFERS)

    writing = threading.Thread(target=transfer)
    writing.start()
    try:
        yield
    finally:
        ended.set()
        writing.join()


def prove_points(client: Services, number: int, seed: int) -> None:
    """Take points at random moments of a database that is written to, and restore each to nothing."""
    tally, chance = Tally("B1-points", number), random.Random(seed)  # noqa: S311
    for _ in range(number):
        with writes(client):
            time.sleep(chance.uniform(0, 0.5))
            before = int(client.sql("SELECT count(*) FROM entry"))
            point = client.backup()
            written = int(client.sql("SELECT count(*) FROM entry")) - before
        # Otherwise nothing was written meanwhile, and the trial shows nothing.
        assert written > 0
        drilled = client.drill(point)
        assert drilled.equal, drilled.differences
        assert drilled.rows == point.rows
        tally.add(rows=drilled.rows, written=written)


def test_points_taken_at_random_moments_of_writing_come_back_equal(client: Services) -> None:
    prove_points(client, 10, seed=1)


def kill_backups(client: Services, number: int, seed: int) -> int:
    """Kill so many backups at any moment; how many of them had not ended before."""
    chance, tally = random.Random(seed), Tally("B5-backups", number)  # noqa: S311
    started = time.monotonic()
    assert client.attempt_elsewhere().wait(120) == 0
    usual = time.monotonic() - started
    assert client.state().condition == "good"
    for _ in range(number):
        client.sql(
            "INSERT INTO event (note) SELECT md5(random()::text) FROM generate_series(1, 99)"
        )
        taking = client.attempt_elsewhere()
        time.sleep(chance.uniform(0.3, usual))
        hit = taking.poll() is None
        with suppress(ProcessLookupError):
            os.killpg(taking.pid, signal.SIGKILL)
        taking.wait()
        assert "no errors were found" in client.restic("check", "--no-lock", "--read-data")
        tally.add(hit=hit)
    point = client.backup()
    client.nothing_is_left()
    assert client.drill(point).equal
    return tally.seen["hit"]


def test_backups_killed_at_any_moment_leave_a_whole_repository_and_nothing_else(
    client: Services,
) -> None:
    assert kill_backups(client, 20, seed=1) >= 10


@pytest.mark.soak
def test_many_backups_killed_at_any_moment(client: Services) -> None:
    assert kill_backups(client, 150, seed=2) >= 75
