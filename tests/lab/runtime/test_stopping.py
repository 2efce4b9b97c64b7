"""An api and a worker that are paused or told to stop, while visitors go on."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.runtime.sending import body, fresh, send, written
from tests.lab.runtime.stack import HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

SLOW_SECONDS = 20


@pytest.fixture
def folder(stack: RuntimeStack) -> Path:
    """What the api sees read-only as /run/leadengine."""
    folder = stack.run.folder / "hold"
    folder.mkdir(exist_ok=True)
    stack.run.folder.chmod(0o755)
    return folder


@pytest.fixture
def api(stack: RuntimeStack, folder: Path) -> Iterator[Container]:
    """An api of the test's own, that may be stopped."""
    options = (*HARDENED, *stack.environment, f"--volume={folder}:/run/leadengine:ro")
    api = stack.run.start("stopping-api", "leadengine/api:dev", options=options)
    until(lambda: httpx.get(url(api) + "/readyz").raise_for_status(), "the api")
    yield api
    api.remove()


def url(api: Container) -> str:
    return f"http://{api.address}:3000"


def gauges(api: Container) -> dict[str, float | None]:
    found: dict[str, float | None] = json.loads(api.run("leadengine-admin", "gauges").stdout)
    return found


def exit_code(box: Container) -> int:
    docker("wait", box.name)
    return int(docker("inspect", "-f", "{{.State.ExitCode}}", box.name).stdout)


class SlowSender(threading.Thread):
    """Posts one event, its body drop by drop."""

    def __init__(self, api: Container, ids: list[UUID], seconds: float = SLOW_SECONDS) -> None:
        super().__init__()
        self._url, self._text, self._seconds = url(api) + "/v1/events", body(ids).encode(), seconds
        self.status = 0
        self.start()

    def _drops(self) -> Iterator[bytes]:
        size = len(self._text) // 10 + 1
        for start in range(0, len(self._text), size):
            time.sleep(self._seconds / 10)
            yield self._text[start : start + size]

    def run(self) -> None:
        self.status = httpx.post(self._url, content=self._drops(), timeout=90).status_code


def test_what_is_in_flight_is_finished(stack: RuntimeStack, api: Container) -> None:
    """A request that takes 20 s is told to nobody's surprise: SIGTERM hits in the middle."""
    ids = fresh()
    slow = SlowSender(api, ids)
    until(lambda: gauge_is(api, "in_flight", 1), "the slow request")
    docker("kill", "--signal", "TERM", api.name)
    until(lambda: says_draining(api), "the end", 2)
    slow.join()
    assert slow.status == 202
    assert exit_code(api) == 0
    assert "Cancel" not in api.logs()


def gauge_is(api: Container, name: str, wanted: float) -> None:
    assert gauges(api)[name] == wanted, gauges(api)


def says_draining(api: Container) -> None:
    answer = httpx.get(url(api) + "/readyz")
    assert (answer.status_code, answer.text) == (503, "draining\n")


def test_idle_api_stops_within_four_seconds(stack: RuntimeStack, api: Container) -> None:
    with httpx.Client(base_url=url(api)) as keeping_alive:
        keeping_alive.get("/healthz")
        started = time.monotonic()
        docker("stop", "--time", "30", api.name)
        assert time.monotonic() - started < 4
    assert exit_code(api) == 0


def test_stream_ends_with_a_word(stack: RuntimeStack, api: Container) -> None:
    """N = 5 open dashboards; each is told, and none keeps the process from stopping."""
    with stack.client() as door:
        sign_in(door)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in door.cookies.jar)
    said: list[str] = []

    def listen() -> None:
        with httpx.stream("GET", url(api) + "/live", headers={"Cookie": cookies}, timeout=30) as it:
            said.append("".join(it.iter_text()))

    listeners = [threading.Thread(target=listen) for _ in range(5)]
    for listener in listeners:
        listener.start()
    until(lambda: gauge_is(api, "streams", 5), "the streams")
    assert gauges(api)["in_flight"] == 0
    started = time.monotonic()
    docker("stop", "--time", "30", api.name)
    assert time.monotonic() - started < 5
    for listener in listeners:
        listener.join()
    assert [text.endswith("event: draining\ndata: {}\n\n") for text in said] == [True] * 5


def test_visit_is_told_to_an_open_page(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    sign_in(client)
    with client.stream("GET", "/live") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        send(client, fresh(), **{"User-Agent": f"browser {time.time()}"})
        assert "event: visits" in lines


def test_requests_wait_while_the_file_exists(
    stack: RuntimeStack, api: Container, folder: Path
) -> None:
    slow = SlowSender(api, fresh(), seconds=3)
    until(lambda: gauge_is(api, "in_flight", 1), "the slow request")
    (folder / "hold").touch()
    try:
        until(lambda: gauge_is(api, "holding", True), "the valve")
        held = SlowSender(api, fresh(), seconds=0)
        until(lambda: gauge_is(api, "held", 1), "the held request")
        assert httpx.get(url(api) + "/healthz").status_code == 200
        slow.join()
        assert slow.status == 202, "what was in flight went on"
        assert held.is_alive()
        gauge_is(api, "in_flight", 0)
    finally:
        (folder / "hold").unlink()
    held.join()
    assert held.status == 202


def test_data_service_may_restart_behind_the_valve(
    stack: RuntimeStack, api: Container, folder: Path
) -> None:
    """N = 150 requests, more than the api has connections, while Redis is away: each is served, late."""
    (folder / "hold").touch()
    try:
        until(lambda: gauge_is(api, "holding", True), "the valve")
        held = [SlowSender(api, fresh(), seconds=0) for _ in range(150)]
        until(lambda: gauge_is(api, "held", 150), "the held requests")
        stack.redis.stop()
        stack.redis.start()
        until(lambda: stack.redis.run("redis-cli", "ping"), "redis")
    finally:
        (folder / "hold").unlink()
    for sender in held:
        sender.join()
    assert [sender.status for sender in held] == [202] * 150, api.logs()


def test_gauges_tell_how_far_the_worker_is_behind(
    stack: RuntimeStack, api: Container, worker: Container, client: httpx.Client
) -> None:
    until(lambda: no_backlog(api), "an idle worker")
    worker.pause()
    try:
        send(client, fresh())
        time.sleep(3)
        behind = gauges(api)
    finally:
        worker.unpause()
    assert behind["pending_events"] == 1
    assert behind["oldest_event_seconds"] is not None
    assert 2 < behind["oldest_event_seconds"] < 10
    assert behind["worker_heartbeat_seconds"] is not None
    assert behind["worker_heartbeat_seconds"] > 2
    until(lambda: no_backlog(api), "the worker")


def no_backlog(api: Container) -> None:
    now = gauges(api)
    assert now["pending_events"] == 0
    assert now["worker_heartbeat_seconds"] is not None
    assert now["worker_heartbeat_seconds"] < 3


def test_worker_without_a_database_has_no_heartbeat(
    stack: RuntimeStack, api: Container, worker: Container
) -> None:
    until(lambda: no_backlog(api), "an idle worker")
    stack.db.pause()
    try:
        time.sleep(6)
        age = gauges(api)["worker_heartbeat_seconds"]
    finally:
        stack.db.unpause()
    assert age is not None
    assert age > 4
    until(lambda: no_backlog(api), "the worker", 30)


def test_gauges_are_quick(api: Container) -> None:
    """N = 10; what counts besides `docker exec` itself."""
    bare, asked = (
        min(timed(api, *words) for _ in range(10))
        for words in (("true",), ("leadengine-admin", "gauges"))
    )
    print(f"leadengine-admin gauges: {asked - bare:.3f} s beyond docker exec")  # noqa: T201
    assert asked - bare < 0.25


def timed(api: Container, *words: str) -> float:
    started = time.monotonic()
    api.run(*words)
    return time.monotonic() - started


def test_worker_told_to_stop_in_the_middle_hands_its_batch_on(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    """The transaction is made to wait longer than the worker may: the successor takes at once."""
    ids = fresh(40)
    blocker = "BEGIN; LOCK TABLE event_receipts; SELECT pg_sleep(25)"
    docker("exec", "--detach", stack.db.name, "psql", "-U", "le", "-d", "leadengine", "-c", blocker)
    time.sleep(1)
    assert send(client, ids).status_code == 202
    until(lambda: holds_some(stack), "the worker's grip")
    docker("stop", "--time", "60", worker.name)
    assert exit_code(worker) == 0
    assert "1 entries handed back" in worker.logs()
    assert written(stack, ids) == []
    time.sleep(5)
    successor = stack.start("worker", "next-worker")
    try:
        until(lambda: all_written(stack, ids), "the successor", 10)
    finally:
        successor.remove()


def holds_some(stack: RuntimeStack) -> None:
    assert stack.redis_cli("xpending", "le:events", "writers").split()[0] != "0"


def all_written(stack: RuntimeStack, ids: list[UUID]) -> None:
    assert sorted(written(stack, ids)) == sorted(map(str, ids))
