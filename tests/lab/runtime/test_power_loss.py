"""The power of a whole stack is cut under load: what was acknowledged is stored, once (R2)."""

import os
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.lab.authority import Authority
from tests.lab.engine import docker
from tests.lab.power import Disk, disk
from tests.lab.run import Run
from tests.lab.runtime.sending import all_stored, grows, kept_up
from tests.lab.runtime.stack import (
    RuntimeStack,
    put_nginx_before,
    settings_of,
    start_database,
    start_redis,
)
from tests.lab.waiting import until

CUTS = 2
DATA_USER = 999


@pytest.fixture(scope="module")
def one_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    with disk(tmp_path_factory.mktemp("power"), megabytes=1024) as made:
        yield made


@pytest.fixture(scope="module")
def stack(run: Run, authority: Authority, one_disk: Disk, product_images: None) -> RuntimeStack:
    """Database and Redis keep what they have on one disk, as on one machine."""
    for name in ("db", "redis"):
        (one_disk.path / name).mkdir(mode=0o700)
        os.chown(one_disk.path / name, DATA_USER, DATA_USER)
    redis = start_redis(run, "power", data=str(one_disk.path / "redis"))
    db = start_database(run, "power", data=str(one_disk.path / "db"))
    stack = RuntimeStack(run, db, redis, settings_of(db, redis))
    assert stack.admin("migrate").returncode == 0
    stack.seed()
    stack.api = stack.start("api", "power-api")
    put_nginx_before(stack, stack.api, authority, last=249)
    return stack


def test_acknowledged_is_stored_when_the_power_returns(stack: RuntimeStack, one_disk: Disk) -> None:
    """N = 2 cuts of the one disk under PostgreSQL and Redis, while two senders send."""
    worker, promised = stack.start("worker", "power-worker"), list[UUID]()
    assert stack.api is not None

    parts = (stack.redis, stack.db, stack.api, worker)
    with kept_up(stack, promised):
        for _ in range(CUTS):
            until(grows(promised, by=100), "events before the cut", 90)
            one_disk.cut()
            for part in parts:
                # Redis and PostgreSQL may have given up by themselves: they can write nothing.
                docker("kill", part.name, check=False)
            one_disk.come_back()
            for part in parts:
                part.start()
        until(grows(promised), "an event after the last cut", 90)
    until(lambda: all_stored(stack, promised), "the backlog", 120)
