"""Killed by SIGKILL under load, one after the other: what was acknowledged is stored, once."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.runtime.sending import accepted, all_stored, fresh, grows, kept_up
from tests.lab.runtime.stack import RuntimeStack, put_nginx_before, start_stack
from tests.lab.waiting import until

ROUNDS = 2
"""Kills of each of the four."""
FLUSH_SECONDS = 1.0
"""How long the slow disk takes to say that it has what it was given."""


@pytest.fixture(scope="module")
def durable(run: Run, authority: Authority, product_images: None) -> RuntimeStack:
    """A stack of its own, to be killed."""
    stack = start_stack(run, "durable")
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
    with kept_up(stack, promised):
        for victim in (stack.api, worker, stack.redis, stack.db) * ROUNDS:
            until(grows(promised), "events before the kill", 60)
            victim.kill()
            victim.start()
            until(grows(promised), f"events after the kill of {victim.name}", 90)
    assert len(promised) > 100
    until(lambda: all_stored(stack, promised), "the backlog", 120)
    worker.remove()


def test_killed_redis_on_a_slow_disk_keeps_what_was_acknowledged(durable: RuntimeStack) -> None:
    """N = 3 kills. Redis may answer only when its file has it, not when the file is busy (ADR 103)."""
    stack = durable
    worker = stack.start("worker", "durable-slow-worker")
    promised: list[UUID] = []
    for _ in range(3):
        with slow_disk(stack.redis), stack.client() as sender:
            over = time.monotonic() + 5 * FLUSH_SECONDS
            while time.monotonic() < over:
                ids = fresh(5)
                if accepted(sender, ids):
                    promised.extend(ids)
            stack.redis.kill()
        stack.redis.start()
        until(lambda: stack.redis_cli("ping") == "PONG", "Redis", 60)
    assert promised
    until(lambda: all_stored(stack, promised), "the backlog", 120)
    worker.remove()


@contextmanager
def slow_disk(container: Container) -> Iterator[None]:
    """Each flush of the container's first process to its disk takes `FLUSH_SECONDS`, until it ends."""
    pid = docker("inspect", "--format={{.State.Pid}}", container.name).stdout.strip()
    delay = f"--inject=fdatasync,fsync:delay_enter={int(FLUSH_SECONDS * 1_000_000)}"
    argv = ["strace", "--follow-forks", "--attach", pid, "--trace=fdatasync,fsync", delay]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        assert "attached" in tracer.stderr.readline()
        drain = threading.Thread(target=tracer.stderr.read)
        drain.start()
        try:
            yield
        finally:
            tracer.terminate()
            drain.join()
