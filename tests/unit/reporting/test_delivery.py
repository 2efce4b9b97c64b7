"""What an agent has to tell arrives once and in order, whatever the panel does (promise A2)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_ctl.fleet.store import Store
from tests.unit.reporting.agents import Agent, Executor, an_event
from tests.unit.reporting.faults import Faults
from tests.unit.reporting.panel import PanelServer, a_panel

HOST = "one"


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[PanelServer]:
    with a_panel(tmp_path / "panel") as server:
        yield server


@pytest.fixture
def store(panel: PanelServer) -> Store:
    return panel.open_store()


def seqs(store: Store, host: str = HOST) -> list[int]:
    events = store.reports.events(host=host, limit=1_000_000)
    return [event.seq for event in events if event.boot != "panel"]


def told(store: Store, host: str = HOST) -> list[str]:
    events = store.reports.events(host=host, limit=1_000_000)
    return [event.detail for event in events if event.boot != "panel"]


def test_events_are_delivered_once_and_in_order_by_a_panel_that_errs(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    executor = Executor([an_event(number) for number in range(1, 5_001)])
    agent = Agent(tmp_path / "agent", executor).connect(panel, store, HOST)
    faults = Faults(refuse=0.2, lose=0.2)
    panel.stop()
    agent.reporting.turn()
    panel.spoil = faults
    panel.start()
    for turn in range(200):
        agent.reporting.turn()
        if turn % 5 == 4:
            # Killed and started again: what is on disk is all there is.
            agent.spool.close()
            agent.restart()
        if not agent.spool.waiting:
            break
    assert faults.happened["refuse"] > 0
    assert faults.happened["lose"] > 0
    assert told(store) == [f"event {number}" for number in range(1, 5_001)]
    assert seqs(store) == list(range(1, 5_001))


def test_a_panel_that_restarts_in_the_middle_loses_nothing(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    agent = Agent(tmp_path / "agent", Executor()).connect(panel, store, HOST)
    for begin in range(0, 3_000, 1_000):
        agent.executor.events = [an_event(number) for number in range(1, begin + 1_001)]
        agent.reporting.turn()
        panel.stop()
        agent.reporting.turn()
        panel.start()
    agent.reporting.turn()
    assert told(store) == [f"event {number}" for number in range(1, 3_001)]


def test_an_event_that_the_panel_does_not_accept_holds_nobody_up(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    odd = an_event(2, what="NOT a word; <script>")
    agent = Agent(tmp_path / "agent", Executor([an_event(1), odd, an_event(3)]))
    agent.connect(panel, store, HOST).reporting.turn()
    assert [event.what for event in store.reports.events(host=HOST)] == [
        "enrolled",
        "activate",
        "unreadable",
        "activate",
    ]


def test_a_frozen_executor_makes_no_heartbeat(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    """What the reporter does not learn it does not make up: nothing old is sent as new (U5)."""
    agent = Agent(tmp_path / "agent").connect(panel, store, HOST)
    agent.reporting.turn()
    first = store.reports.heartbeat(HOST)
    agent.executor.frozen = True
    agent.reporting.turn()
    assert first is not None
    assert store.reports.heartbeat(HOST) == first
    agent.executor.frozen = False
    agent.reporting.turn()
    assert store.reports.heartbeat(HOST) != first


def test_health_arrives_in_pieces_and_usage_as_it_stands(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    agent = Agent(tmp_path / "agent").connect(panel, store, HOST)
    for _ in range(3):
        agent.reporting.turn()
    pieces = store.reports.health(HOST, time.time() - 3600)
    assert sum(piece.samples for piece in pieces) == 3
    assert sum(piece.well for piece in pieces) == 3


def test_a_panel_on_another_machine_without_encryption_is_not_talked_to(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    agent = Agent(tmp_path / "agent")
    agent.link("http://panel.example.com", HOST)
    (agent.folder / "token").write_text("secret")
    agent.reporting.turn()
    assert "is not https" in agent.reporting._said
