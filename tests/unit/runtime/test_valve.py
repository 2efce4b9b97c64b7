"""While the hold file exists, new requests wait; probes pass, and nobody waits for ever."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from leadengine.serving.lifecycle import Lifecycle
from leadengine.serving.valve import Admission, Valve


async def answer(_: Request) -> PlainTextResponse:
    return PlainTextResponse("served")


async def fail(_: Request) -> PlainTextResponse:
    raise RuntimeError


class Served:
    """A small application behind a valve of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.hold = folder / "hold"
        self.lifecycle = Lifecycle()
        self.valve = Valve(self.hold)
        routes = [Route(path, answer) for path in ("/page", "/readyz", "/internal/gauges")]
        app = Admission(
            Starlette(routes=[*routes, Route("/broken", fail)]),
            lifecycle=self.lifecycle,
            valve=self.valve,
        )
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://stack"
        )

    async def get(self, path: str) -> int:
        return (await self._client.get(path)).status_code


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(tmp_path)


def test_requests_wait_until_the_valve_opens(served: Served) -> None:
    async def scenario() -> None:
        served.hold.touch()
        waiting = [asyncio.create_task(served.get("/page")) for _ in range(5)]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in waiting)
        assert (served.lifecycle.held, served.lifecycle.in_flight) == (5, 0)
        served.hold.unlink()
        assert await asyncio.gather(*waiting) == [200] * 5
        assert (served.lifecycle.held, served.lifecycle.in_flight) == (0, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["/readyz", "/internal/gauges"])
def test_probes_pass_a_closed_valve(served: Served, path: str) -> None:
    served.hold.touch()
    assert asyncio.run(served.get(path)) == 200


def test_nobody_waits_longer_than_the_limit(served: Served) -> None:
    served.hold.touch()
    started = time.monotonic()
    assert asyncio.run(served.valve.opened(longest=0.3)) is False
    assert 0.3 <= time.monotonic() - started < 1


def test_file_is_looked_at_twenty_times_a_second_at_most(tmp_path: Path) -> None:
    clock = iter((0.0, 0.0, 0.049, 0.051, 0.051))
    valve = Valve(tmp_path / "hold", lambda: next(clock))
    assert valve.closed() is False
    (tmp_path / "hold").touch()
    assert valve.closed() is False
    assert valve.closed() is True


def test_failed_request_is_not_counted_for_ever(served: Served) -> None:
    with pytest.raises(RuntimeError):
        asyncio.run(served.get("/broken"))
    assert served.lifecycle.in_flight == 0


def test_stream_is_no_request_that_anybody_waits_for() -> None:
    lifecycle = Lifecycle()
    with lifecycle.request():
        assert (lifecycle.in_flight, lifecycle.streams) == (1, 0)
        with lifecycle.stream():
            assert (lifecycle.in_flight, lifecycle.streams) == (0, 1)
    assert (lifecycle.in_flight, lifecycle.streams) == (0, 0)


def test_stream_hears_at_once_that_the_process_stops() -> None:
    async def scenario() -> float:
        lifecycle = Lifecycle()
        assert await lifecycle.pause(0.01) is True
        asyncio.get_running_loop().call_later(0.1, lifecycle.drain)
        started = time.monotonic()
        assert await lifecycle.pause(30) is False
        return time.monotonic() - started

    assert asyncio.run(scenario()) < 1
