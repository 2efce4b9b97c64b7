"""A panel for a whole file, and an agent of its own for each test that was let in already."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_ctl.fleet.store import Store
from tests.unit.reporting.agents import Agent
from tests.unit.reporting.panel import PanelServer, a_panel
from tests.unit.reporting.stating import another


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelServer]:
    with a_panel(tmp_path_factory.mktemp("panel")) as server:
        yield server


@pytest.fixture(scope="module")
def store(panel: PanelServer) -> Store:
    return panel.open_store()


@pytest.fixture
def agent(panel: PanelServer, store: Store, tmp_path: Path) -> Agent:
    return another(panel, store, tmp_path / "agent")
