"""Killed by SIGKILL under load, one after the other: what was acknowledged is stored, once."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.lab.authority import Authority
from tests.lab.run import Run
from tests.lab.runtime.sending import accepted, fresh, written
from tests.lab.runtime.stack import (
    ACL,
    HARDENED,
    REDIS,
    RuntimeStack,
    put_nginx_before,
    settings_of,
    start_database,
)
from tests.lab.waiting import until

ROUNDS = 2
"""Kills of each of the four."""


@pytest.fixture(scope="module")
def durable(run: Run, authority: Authority, product_images: None) -> RuntimeStack:
    """A stack of its own, whose Redis keeps its file on a volume as the templates have it."""
    acl = run.folder / "durable.acl"
    acl.write_text(ACL)
    acl.chmod(0o644)
    volume = run.volume("durable-redis")
    options = (*HARDENED, f"--volume={acl}:/acl:ro", f"--volume={volume}:/data")
    command = (*REDIS, "--appendfsync", "everysec")
    redis = run.start("durable-redis", "leadengine/standin-redis:dev", *command, options=options)
    db = start_database(run, "durable")
    stack = RuntimeStack(run, db, redis, settings_of(db, redis))
    assert stack.redis_cli("ping") == "PONG"
    assert stack.admin("migrate").returncode == 0
    stack.seed()
    stack.api = stack.start("api", "durable-api")
    put_nginx_before(stack, stack.api, authority, last=251)
    return stack


def test_acknowledged_is_stored_through_kills_of_everything(durable: RuntimeStack) -> None:
    """N = 8 kills -9: api, worker, Redis and PostgreSQL, twice each, while events keep coming."""
    stack = durable
    assert stack.api is not None
    worker = stack.start("worker", "durable-worker")
    promised: list[UUID] = []
    over = threading.Event()

    def keep_sending() -> None:
        with stack.client() as sender:
            while not over.is_set():
                ids = fresh(5)
                if accepted(sender, ids):
                    promised.extend(ids)
                else:
                    time.sleep(0.1)

    senders = [threading.Thread(target=keep_sending) for _ in range(2)]
    for sender in senders:
        sender.start()
    try:
        for victim in (stack.api, worker, stack.redis, stack.db) * ROUNDS:
            until(grows(promised), "events before the kill", 60)
            victim.kill()
            victim.start()
            until(grows(promised), f"events after the kill of {victim.name}", 90)
    finally:
        over.set()
        for sender in senders:
            sender.join()
    assert len(promised) > 100
    until(lambda: all_stored(stack, promised), "the backlog", 120)
    worker.remove()


def grows(promised: list[UUID]) -> Callable[[], None]:
    """Passes when at least one more batch was acknowledged."""
    before = len(promised)

    def check() -> None:
        assert len(promised) > before

    return check


def all_stored(stack: RuntimeStack, promised: list[UUID]) -> None:
    found = written(stack, promised)
    assert sorted(found) == sorted(map(str, promised)), f"{len(found)} of {len(promised)}"
