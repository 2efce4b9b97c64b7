"""From POST /v1/events to a visit: what is promised is kept, once."""

# ruff: noqa: S608 - statements of the tests themselves

import subprocess
import threading
import time
from uuid import UUID

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.runtime.sending import accepted, body, fresh, send, written
from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack
from tests.lab.waiting import until

BAD_BODIES = [
    (b"", 422, "body: "),
    (b"\x00\xff", 422, "body: "),
    (b"[]", 422, "body: "),
    (b'{"client": "x"}', 422, "client: "),
    (b"{" * 100_000, 422, "body: "),
    (b"x" * 262_145, 413, "the body exceeds 262144 bytes"),
    (body(fresh(51)).encode(), 422, "events: "),
    (body(fresh(), url="javascript:alert(1)").encode(), 422, "events.0.url: "),
    (body(fresh()).replace(CLIENT_ID, "f" * 24).encode(), 404, "client: no such client here"),
]


def everything_written(stack: RuntimeStack, ids: list[UUID]) -> None:
    found = written(stack, ids)
    assert sorted(found) == sorted(map(str, ids)), f"{len(found)} of {len(ids)}"


def test_event_becomes_a_visit(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    ids = fresh(3)
    answer = send(client, ids)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    until(lambda: everything_written(stack, ids), "the events")
    visit = stack.sql(f"SELECT DISTINCT visit_id FROM events WHERE message_id = '{ids[0]}'")
    assert int(stack.sql(f"SELECT pages FROM visits WHERE id = '{visit}'")) >= 3


def test_same_message_counts_once(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    ids = fresh(2)
    assert [send(client, [*ids, *ids]).status_code for _ in range(3)] == [202] * 3
    last = fresh()
    send(client, last)
    until(lambda: everything_written(stack, last), "the last event")
    assert sorted(written(stack, ids)) == sorted(map(str, ids))


@pytest.mark.parametrize(("content", "status", "sentence"), BAD_BODIES)
def test_bad_body_is_refused_in_one_sentence(
    client: httpx.Client, content: bytes, status: int, sentence: str
) -> None:
    answer = client.post("/v1/events", content=content)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(sentence)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_visitor_who_objects_is_not_kept(stack: RuntimeStack, client: httpx.Client) -> None:
    before = stack.redis_cli("xlen", "le:events")
    assert send(client, fresh(), **{"Sec-GPC": "1"}).status_code == 204
    assert stack.redis_cli("xlen", "le:events") == before


def test_nothing_is_promised_without_redis(stack: RuntimeStack, client: httpx.Client) -> None:
    stack.redis.pause()
    try:
        assert send(client, fresh()).status_code == 503
    finally:
        stack.redis.unpause()


def test_address_is_nowhere(stack: RuntimeStack, worker: Container, client: httpx.Client) -> None:
    ids = fresh()
    send(client, ids)
    until(lambda: everything_written(stack, ids), "the event")
    assert stack.api is not None
    dump = stack.db.run("pg_dump", "-U", "le", "--data-only", "leadengine").stdout
    values = " ".join(
        stack.redis_cli("get", key)
        for key in stack.redis_cli("--scan").split()
        if "salt" not in key
    )
    for text in (dump, values, stack.redis_cli("--scan"), stack.api.logs(), worker.logs()):
        assert stack.run.gateway not in text


def test_worker_killed_holding_entries_loses_none(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    """The transaction is made to wait, so that the kill surely hits between taking and writing."""
    ids = fresh(40)
    blocker = "BEGIN; LOCK TABLE event_receipts; SELECT pg_sleep(4)"
    words = ("psql", "-U", "le", "-d", "leadengine", "-c", blocker)
    docker("exec", "--detach", stack.db.name, *words)
    time.sleep(1)
    assert send(client, ids).status_code == 202
    until(lambda: assert_held(stack), "the worker's grip")
    worker.kill()
    assert written(stack, ids) == []
    successor = stack.start("worker", "successor")
    try:
        # Half a minute of silence makes the dead worker's entries free to take.
        until(lambda: everything_written(stack, ids), "the successor", 60)
    finally:
        successor.remove()
    assert stack.redis_cli("xlen", "le:events") == "0"


def assert_held(stack: RuntimeStack) -> None:
    held = stack.redis_cli("xpending", "le:events", "writers").split()[0]
    assert held != "0", "nothing is held"


def test_kills_under_load_lose_and_double_nothing(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    """N = 8 kills -9 of the worker and a restart of the database while events keep coming."""
    promised: list[UUID] = []
    over = threading.Event()

    def keep_sending() -> None:
        with stack.client() as sender:
            while not over.is_set():
                ids = fresh(5)
                if accepted(sender, ids):
                    promised.extend(ids)

    sender = threading.Thread(target=keep_sending)
    sender.start()
    try:
        for number in range(8):
            time.sleep(1)
            worker.kill()
            if number == 4:
                subprocess.run(("docker", "restart", stack.db.name), check=True, timeout=60)
            worker.start()
    finally:
        over.set()
        sender.join()
    assert len(promised) > 500
    until(lambda: everything_written(stack, promised), "the backlog", 60)


def test_worker_told_to_stop_finishes_what_it_holds(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    ids = fresh(50)
    send(client, ids)
    until(lambda: everything_written(stack, ids), "the events")
    worker.stop()
    assert docker("inspect", "-f", "{{.State.ExitCode}}", worker.name).stdout.strip() == "0"
    assert stack.redis_cli("xpending", "le:events", "writers").split()[0] == "0"


def test_entry_nobody_can_read_is_set_aside(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    ids = fresh()
    stack.redis_cli("xadd", "le:events", "*", "events", "not written by us")
    send(client, ids)
    until(lambda: everything_written(stack, ids), "the event behind it")
    assert stack.redis_cli("xlen", "le:events:dead") == "1"
    stack.redis_cli("del", "le:events:dead")
