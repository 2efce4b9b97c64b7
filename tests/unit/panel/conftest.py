"""A panel of one's own for each test, on an operator's store with release 1.0.0 and hosts in memory."""

from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.ready import make_ready
from tests.unit.panel.visitors import Panel


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Clients on hosts in memory; none yet."""
    folder = tmp_path / "data"
    make_ready(folder)
    environment = Cli.environment(folder, tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Fleet(Cli(folder, environment))


@pytest.fixture
def panel(fleet: Fleet) -> Panel:
    """The panel of that fleet."""
    return Panel.open(fleet.lectl.folder)
