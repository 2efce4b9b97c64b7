"""What the control plane may ask: from inside alone."""

import json

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.runtime.sending import fresh, send, written
from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack
from tests.lab.waiting import until

INSIDE = (
    "/metrics",
    "/internal/tenants",
    "/internal/users",
    "/internal/usage",
    "/internal/readiness",
)


def ask(stack: RuntimeStack, path: str, method: str = "GET") -> str:
    """From within the api's own container, as `docker exec` does."""
    assert stack.api is not None
    code = (
        "import urllib.request;"
        f"request = urllib.request.Request('http://127.0.0.1:3000{path}', method='{method}');"
        "print(urllib.request.urlopen(request).read().decode())"
    )
    return stack.api.run("python", "-c", code).stdout


@pytest.mark.parametrize("path", INSIDE)
def test_nothing_of_it_is_reached_through_the_gateway(client: httpx.Client, path: str) -> None:
    """The gateway of the lab forwards everything: the api itself refuses."""
    assert client.get(path).status_code == 404
    assert client.post("/internal/worker/pause").status_code == 404


def test_tenants_people_and_usage_are_told(stack: RuntimeStack, client: httpx.Client) -> None:
    send(client, fresh())
    assert json.loads(ask(stack, "/internal/tenants"))[0]["client_id"] == CLIENT_ID
    assert "admin@acme.test" in ask(stack, "/internal/users")
    used = json.loads(ask(stack, f"/internal/usage?client={CLIENT_ID}"))
    assert used["api_calls"] >= 0
    assert {"visitors", "leads", "llm_micros"} <= used.keys()
    assert json.loads(ask(stack, "/internal/readiness"))["ready"] is True
    same = json.loads(stack.admin("usage").stdout)
    assert same.keys() == used.keys()
    assert "failed" in stack.admin("usage", "--since", "yesterday").stderr


def test_metrics_are_in_the_format_of_prometheus(stack: RuntimeStack) -> None:
    lines = ask(stack, "/metrics").strip().splitlines()
    assert "leadengine_up 1" in lines
    for line in lines:
        assert line.startswith("#") or len(line.rpartition(" ")[0]) > 0
        if not line.startswith("#"):
            float(line.rpartition(" ")[2])


def test_worker_rests_and_nothing_is_lost_by_it(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    before = fresh()
    send(client, before)
    until(lambda: assert_all(stack, before), "a worker that works")
    ask(stack, "/internal/worker/pause?seconds=600", "POST")
    try:
        # What it was about to take may still be taken.
        until(lambda: assert_rests(stack, client), "the rest", 30)
        ids = fresh(3)
        assert send(client, ids).status_code == 202
        assert written(stack, ids) == []
        assert json.loads(stack.admin("worker", "status").stdout)["paused_seconds"] > 0
    finally:
        ask(stack, "/internal/worker/resume", "POST")
    until(lambda: assert_all(stack, ids), "what waited")


def assert_all(stack: RuntimeStack, ids: list) -> None:  # type: ignore[type-arg]
    assert len(written(stack, ids)) == len(ids)


def assert_rests(stack: RuntimeStack, client: httpx.Client) -> None:
    send(client, fresh())
    assert int(stack.redis_cli("xlen", "le:events")) >= 2
