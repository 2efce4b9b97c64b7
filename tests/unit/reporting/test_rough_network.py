"""A bad network between an agent and its panel loses nothing and doubles nothing (promise R5)."""

import asyncio
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from leadengine_ctl.fleet.store import Store
from leadengine_ctl.panel.agents.reception import RefusedError, read_body
from tests.lab.rough_road import KINDS, Kind, Road, Toxic, rough_road
from tests.unit.reporting.agents import Agent, Executor, an_event
from tests.unit.reporting.panel import PanelServer, a_panel, free_port

pytestmark = pytest.mark.long

EVENTS = 60
RERUNS = 3
LONGEST = 75.0
"""Seconds that a turn may take: two silences of thirty, and a busy machine."""
_AFTER = (100, 6_000)
"""Bytes after which a connection meets its end: within what an enrolment and a first report take."""


def one_life(lane: "Lane", folder: Path, toxic: Toxic) -> int:
    """Enrol and report over a bad road, then again until all is told; how often it took."""
    store, road, host = lane.store, lane.road, folder.name
    agent = Agent(folder, Executor([an_event(number + 1) for number in range(EVENTS)]))
    agent.connect(lane.panel, store, host)
    met, road.toxic = road.met, toxic
    turn(agent)
    road.toxic = None
    assert road.met > met, f"{toxic} never happened"
    again = 0
    while told(store, host) < EVENTS or agent.spool.waiting:
        again += 1
        assert again <= RERUNS, f"{toxic}: not there after {RERUNS} more turns"
        turn(agent)
    agent.reporting.close()
    agent.spool.close()
    events = store.reports.events(host=host, limit=10_000)
    assert [each.detail for each in events if each.boot != "panel"] == [
        f"event {number + 1}" for number in range(EVENTS)
    ]
    assert [each.what for each in events if each.boot == "panel"] == ["enrolled"]
    return again


def turn(agent: Agent) -> None:
    started = time.monotonic()
    agent.reporting.turn()
    assert time.monotonic() - started < LONGEST


def told(store: Store, host: str) -> int:
    events = store.reports.events(host=host, limit=10_000)
    return sum(each.boot != "panel" for each in events)


@dataclass(frozen=True)
class Lane:
    """One panel behind one road, and agents that come to it one after the other."""

    road: Road
    panel: PanelServer
    store: Store
    folder: Path

    def drive(self, toxics: list[Toxic]) -> int:
        return sum(
            one_life(self, self.folder / f"host-{number}", toxic)
            for number, toxic in enumerate(toxics)
        )


@contextmanager
def a_lane(folder: Path) -> Iterator[Lane]:
    port = free_port()
    with rough_road("127.0.0.1", port) as road:
        public = f"http://127.0.0.1:{road.port}"
        with a_panel(folder, port=port, public=public) as panel:
            yield Lane(road, panel, panel.open_store(), folder)


def lives(folder: Path, kinds: tuple[Kind, ...], number: int, beside: int) -> None:
    chance = random.Random(number)  # noqa: S311 - no secret
    toxics = [Toxic(kinds[each % len(kinds)], chance.randrange(*_AFTER)) for each in range(number)]
    with ExitStack() as opened, ThreadPoolExecutor(beside) as pool:
        lanes = [opened.enter_context(a_lane(folder / str(each))) for each in range(beside)]
        shares = [toxics[each::beside] for each in range(beside)]
        more = sum(pool.map(Lane.drive, lanes, shares))
    print(f"\n{number} lives, {more} more turns")  # noqa: T201


def test_a_bad_network_to_the_panel_loses_and_doubles_nothing(tmp_path: Path) -> None:
    lives(tmp_path, ("slow", "stutter", "reset", "cut"), number=12, beside=3)


@pytest.mark.soak
def test_many_bad_networks_to_the_panel_lose_and_double_nothing(tmp_path: Path) -> None:
    """With silences, each of which costs half a minute."""
    lives(tmp_path, KINDS, number=200, beside=20)


def test_a_request_whose_rest_never_arrives_is_given_up() -> None:
    pieces = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> dict[str, Any]:
        for piece in pieces:
            return piece
        await asyncio.sleep(60)
        raise AssertionError

    async def ask() -> None:
        await read_body(Request({"type": "http", "method": "POST"}, receive), seconds=0.05)

    started = time.monotonic()
    with pytest.raises(RefusedError) as refused:
        asyncio.run(ask())
    assert (refused.value.status, refused.value.problem) == (408, "too-slow")
    assert time.monotonic() - started < 5
