"""Many agents, many events, many days: the real reporter and the real panel, without a host below them."""

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadengine_agent.reporter.backoff import Backoff
from leadengine_agent.reporter.main import DUE, ask_for_what_is_due
from leadengine_ctl.fleet.store import Store
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.waiting import until
from tests.unit.reporting.agents import Agent, Executor, an_event
from tests.unit.reporting.faults import Faults
from tests.unit.reporting.fleet import Load, Measured, simulate
from tests.unit.reporting.panel import PanelServer, a_panel
from tests.unit.reporting.panel_process import panel_process
from tests.unit.reporting.racing import race

EVENTS = 100_000
DAYS = 45
HOST = "one"


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[PanelServer]:
    with a_panel(tmp_path / "panel") as server:
        yield server


@pytest.fixture
def store(panel: PanelServer) -> Store:
    return panel.open_store()


def told(store: Store, host: str) -> list[str]:
    events = store.reports.events(host=host, limit=10_000_000)
    return [event.detail for event in events if event.boot != "panel"]


def test_a_hundred_thousand_events_arrive_once_and_in_order_whatever_the_panel_does(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    """It errs, it loses answers, it is slow, it restarts, and the agent is killed meanwhile (A2)."""
    executor = Executor([an_event(number) for number in range(1, EVENTS + 1)])
    agent = Agent(tmp_path / "agent", executor).connect(panel, store, HOST)
    panel.stop()
    while agent.spool.waiting < EVENTS:
        agent.reporting.turn()
    assert agent.spool.size < 64 * 1024 * 1024
    faults = Faults(refuse=0.1, lose=0.1)
    panel.spoil = faults
    turns = restarts = 0
    panel.start()
    while agent.spool.waiting:
        assert turns < 2_000
        turns += 1
        faults.seconds = 0.2 if turns % 7 == 0 else 0.0
        if turns % 10 == 0:
            panel.stop()
            agent.reporting.turn()
            agent.spool.close()
            agent.restart()
            panel.start()
            restarts += 1
        agent.reporting.turn()
    assert restarts > 0
    assert min(faults.happened.values()) > 10
    assert told(store, HOST) == [f"event {number}" for number in range(1, EVENTS + 1)]


def test_forty_five_days_without_the_panel_cost_nothing_that_is_due_and_nothing_that_happened(
    panel: PanelServer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days are compressed by the clock; the agent is restarted and killed at random (A1)."""
    dice = random.Random(45)  # noqa: S311
    agent = Agent(tmp_path / "agent").connect(panel, store, HOST)
    agent.reporting.turn()
    panel.stop()
    begin, now = time.time(), [time.time()]
    monkeypatch.setattr("time.time", lambda: now[0])
    kills = 0
    for day in range(1, DAYS + 1):
        for hour in range(0, 24, 4):
            now[0] = begin + (day - 1) * 86_400 + hour * 3_600
            number = len(agent.executor.events) + 1
            kind = ("audit", "backup", "health")[number % 3]
            agent.executor.events.append(an_event(number, kind))
            agent.reporting.turn()
            for verb in DUE:
                ask_for_what_is_due(agent.executor, verb)
            if dice.random() < 0.3:
                agent.spool.close()
                agent.restart()
                kills += 1
    asked = [line["order"]["verb"] for line in agent.executor.got]
    assert {verb: asked.count(verb) for verb in DUE} == dict.fromkeys(DUE, DAYS * 6)
    assert kills > 20
    panel.start()
    for _ in range(3):
        agent.reporting.turn()
    assert agent.identity.counter == 2
    assert told(store, HOST) == [f"event {n}" for n in range(1, len(agent.executor.events) + 1)]
    assert store.reports.heartbeat(HOST) is not None
    pieces = store.reports.health(HOST, 0)
    assert sum(piece.samples for piece in pieces) == 1 + DAYS * 6 + 3


def test_two_hundred_agents_that_lost_their_panel_come_back_without_a_rush(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    """Nobody waits longer than five minutes, no second sees more than its share, all arrive (A3)."""
    agents = [
        Agent(tmp_path / f"agent-{number}").connect(panel, store, f"host-{number:03d}")
        for number in range(200)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda agent: agent.reporting.turn(), agents))
    panel.stop()
    pauses = [agent.reporting.turn() for agent in agents]
    for _ in range(8):
        pauses = [agent.reporting.backoff.pause() for agent in agents]
    assert max(pauses) <= 240
    seconds = [sum(begin <= pause < begin + 1 for pause in pauses) for begin in range(120, 240)]
    assert max(seconds) <= 12
    assert min(pauses) >= 120
    panel.start()
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda agent: agent.reporting.turn(), agents))
    late = [agent for agent in agents if agent.reporting._said != "reported"]
    assert late == []
    assert len(store.reports.heartbeats()) == 200


def test_a_panel_that_asks_for_patience_gets_it_and_nobody_starves() -> None:
    backoff = Backoff()
    assert backoff.pause(at_least=60) >= 60
    assert all(backoff.pause(at_least=1e9) <= 240 for _ in range(20))


@pytest.mark.soak
def test_fifty_tokens_admit_fifty_hosts_of_ten_thousand_that_come(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    assert race(panel, store, tmp_path, rounds=50, comers=200) == 50


def ten_thousand(folder: Path, url: str = "") -> tuple[Measured, Store]:
    """Ten seconds of ten thousand agents, each reporting every half minute."""
    store = PanelServer(folder, url_of_store=url).open_store()
    agents = simulate(store, 10_000)
    with panel_process(folder, url) as (panel, _):
        measured = asyncio.run(Load(panel.port, panel.url).run(agents, 30.0, 10.0))
    return measured, store


def nothing_is_lost(measured: Measured, store: Store) -> None:
    assert measured.statuses == {200: len(measured.latencies)}
    assert len(measured.latencies) == 3_333
    assert len(store.reports.heartbeats()) == 3_333
    assert len(store.reports.events(limit=1_000_000)) == measured.events
    median, slow = measured.percentile(0.5), measured.percentile(0.99)
    sys.stderr.write(f"median {median * 1000:.0f} ms, 99 of 100 within {slow * 1000:.0f} ms\n")


@pytest.mark.timeout(1200)
def test_ten_thousand_agents_on_sqlite(tmp_path: Path) -> None:
    nothing_is_lost(*ten_thousand(tmp_path))


@pytest.fixture
def database(run: Run, product_images: None) -> Iterator[str]:
    """A PostgreSQL server with an empty database."""
    options = (
        "--tmpfs=/var/run/postgresql:mode=0775,uid=999,gid=999",
        "--env=POSTGRES_DB=control",
        "--env=POSTGRES_USER=le",
        "--env=POSTGRES_PASSWORD=x",
    )
    box: Container = run.start("reports-db", "leadengine/standin-postgres:dev", options=options)
    until(lambda: box.run("pg_isready", "-h", box.address, "-U", "le"), "the database", 120)
    yield f"postgresql+psycopg://le:x@{box.address}/control"
    box.remove()


@pytest.mark.timeout(1200)
def test_ten_thousand_agents_on_postgresql(tmp_path: Path, database: str) -> None:
    nothing_is_lost(*ten_thousand(tmp_path, database))
