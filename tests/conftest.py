"""What every test stands on: no settings of the person who runs it, and the repository as folder."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.telling import Telling

# How long an example takes depends on what else the machine does; what it shows does not. The examples
# are the same in every run: a change is judged by what it changed.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell: what the tests start must still heed Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """In the process that prints, and not in the workers that report to it."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Telling(terminal), "telling")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home of its own, a plain terminal, and nothing of LeadEngine's in the environment."""
    for name in [name for name in os.environ if name.startswith(("LECTL_", "LEADENGINE_"))]:
        monkeypatch.delenv(name)
    for name, folder in (
        ("HOME", "home"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
    ):
        monkeypatch.setenv(name, str(tmp_path / "environment" / folder))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(ROOT)
