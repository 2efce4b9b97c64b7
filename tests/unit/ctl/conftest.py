"""An operator of one's own for each test: an empty data folder, a clean environment, a release."""

from pathlib import Path

import pytest

from tests.conformance.provider_suite import KEY
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.ready import make_ready


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The operator's data folder, with release 1.0.0 in it."""
    data = tmp_path / "data"
    make_ready(data)
    return data


@pytest.fixture
def lectl(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line in this process."""
    environment = Cli.environment(folder, tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Cli(folder, environment)


@pytest.fixture
def fleet(lectl: Cli) -> Fleet:
    """Clients on hosts in memory; none yet."""
    return Fleet(lectl)


@pytest.fixture
def shop(lectl: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """An operator with an SSH key, and little patience."""
    key = tmp_path / "id"
    key.with_name("id.pub").write_text(KEY)
    settings = {
        "LECTL_SSH_KEY": str(key),
        "LECTL_CLOUD_PATIENCE": "0.2",
        "LECTL_BOOT_DEADLINE": "0.3",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Cli(lectl.folder, {**lectl.variables, **settings})
