"""Whom an agent believes to be its panel, when it was told of no authority of its own."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_agent.reporter import panel as speaking
from leadengine_ctl.fleet.store import Store
from tests.lab.authority import Authority
from tests.unit.reporting.agents import Agent
from tests.unit.reporting.panel import PanelServer, a_panel

HOST = "one"


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The machine's folder of public authorities, empty so far."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    speaking._trusting.cache_clear()
    yield folder
    speaking._trusting.cache_clear()


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[PanelServer]:
    """A panel with a certificate of an authority."""
    authority = Authority.create(tmp_path)
    authority.issue("panel", "127.0.0.1")
    pair = (tmp_path / "panel.pem", tmp_path / "panel.key")
    with a_panel(tmp_path / "panel", certificate=pair) as server:
        yield server


def reported(panel: PanelServer, folder: Path) -> tuple[Store, Agent]:
    """A turn of an agent that was told of no authority."""
    store = panel.open_store()
    agent = Agent(folder).connect(panel, store, HOST)
    agent.reporting.turn()
    return store, agent


def test_a_panel_whose_authority_is_a_public_one_is_believed(
    panel: PanelServer, public: Path, tmp_path: Path
) -> None:
    (public / "root.pem").write_bytes((tmp_path / "root.pem").read_bytes())
    subprocess.run(("openssl", "rehash", public), check=True)
    store, _ = reported(panel, tmp_path / "agent")
    assert store.reports.heartbeat(HOST) is not None


def test_a_panel_that_no_public_authority_vouches_for_is_not_talked_to(
    panel: PanelServer, public: Path, tmp_path: Path
) -> None:
    store, agent = reported(panel, tmp_path / "agent")
    assert store.reports.heartbeat(HOST) is None
    assert "CERTIFICATE_VERIFY_FAILED" in agent.reporting._said
    assert (agent.folder / "token").exists(), "it was sent to nobody"
