"""A panel of one's own for each test, on an operator's store with release 1.0.0 and hosts in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.clouds.name_server import a_server
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.ready import make_ready
from tests.unit.panel.visitors import Panel

ZONE = "acme.test. 60 IN A 203.0.113.1\nacme.test. 60 IN AAAA 2001:db8::1\n"


@pytest.fixture(scope="session")
def resolver() -> Iterator[str]:
    """A name server that knows where one domain leads, so that no test asks the world's."""
    with a_server(ZONE) as found:
        yield str(found)


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resolver: str) -> Fleet:
    """Clients on hosts in memory; none yet."""
    folder = tmp_path / "data"
    make_ready(folder)
    environment = {**Cli.environment(folder, tmp_path), "LECTL_RESOLVERS": resolver}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Fleet(Cli(folder, environment))


@pytest.fixture
def panel(fleet: Fleet) -> Panel:
    """The panel of that fleet."""
    return Panel.open(fleet.lectl.folder)
