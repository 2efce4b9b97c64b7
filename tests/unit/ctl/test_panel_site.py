"""The panel is put on a host by an operation like any other; a host that clients live on is left to them."""

from typing import get_args

import pytest
import yaml

from leadengine_agent.protocol import PanelOrder, PanelSecret, PanelSetting, PanelSpec
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.memory_state import MemoryState, load
from leadengine_ctl.operations.base import Happening
from leadengine_ctl.operations.mailbox import queue_host
from leadengine_ctl.operations.panel_site import (
    InstallPanel,
    PanelRequest,
    first_owner,
    panel_request,
)
from leadengine_ctl.operations.resume import make_verb
from leadengine_ctl.operations.runner import run
from leadengine_ctl.resources import data_folder
from leadengine_ctl.settings import Settings
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.hostile import a_world

DIGEST = "sha256:" + "ab" * 32
SPEC = PanelSpec(
    domain="panel.example.com",
    email="ops@example.com",
    images={"panel": DIGEST, "db": DIGEST, "nginx": DIGEST},
)
REQUEST = PanelRequest(host="memory://panel1", spec=SPEC)


def state(lectl: Cli) -> MemoryState:
    return load(lectl.folder / "memory" / "panel1.json")


def states(told: list[Happening]) -> dict[str, str]:
    return {each.step: each.state.value for each in told if each.seconds is not None}


def test_a_second_installation_changes_nothing_and_has_no_link_to_give(lectl: Cli) -> None:
    told: list[Happening] = []
    run(a_world(), InstallPanel(REQUEST), told.append)
    assert states(told) == {"prepare": "done", "images": "unchanged", "install": "done"}
    assert state(lectl).served_panel == SPEC
    assert first_owner(a_world(), REQUEST, "ann@example.com").startswith(
        "https://panel.example.com/"
    )
    told.clear()
    run(a_world(), InstallPanel(REQUEST), told.append)
    assert set(states(told).values()) == {"unchanged"}
    assert first_owner(a_world(), REQUEST, "eve@example.com") == ""


def test_an_interrupted_one_is_gone_on_with(lectl: Cli) -> None:
    verb = make_verb("install-panel", InstallPanel(REQUEST).params)
    run(a_world(), verb, lambda _told: None)
    assert state(lectl).served_panel == SPEC


def test_a_host_with_a_client_is_left_to_it(lectl: Cli) -> None:
    assert lectl.deploy().code == 0
    with pytest.raises(NotAllowedError, match="The panel does not go onto one"):
        panel_request(a_world(), "one", "panel.example.com", None)


def test_no_panel_puts_a_panel_anywhere(lectl: Cli) -> None:
    """What a host fetches from a panel is a task, and there is none for this."""
    host = queue_host(a_world().store, HostAddress.parse("queue://one"))
    with pytest.raises(NotAllowedError, match="cannot be ordered through the panel"):
        host.install_panel(PanelOrder(spec=SPEC, files={}))


def test_a_dry_run_shows_the_plan(lectl: Cli) -> None:
    shown = lectl("panel", "install", "panel.example.com", "--host", "memory://x", "--dry-run")
    assert shown.code == 0
    assert "Let the panel serve panel.example.com" in shown.out
    assert "Nothing was changed" in shown.out


def test_what_the_order_hands_over_is_a_setting_and_reaches_the_panels_container() -> None:
    compose = yaml.safe_load((data_folder("templates") / "panel/compose.yaml").read_text())
    panel = compose["services"]["panel"]
    for name in get_args(PanelSetting):
        assert name in Settings.model_fields
        assert panel["environment"][f"LECTL_{name.upper()}"] == f"${{{name.upper()}:-}}"
    for secret in get_args(PanelSecret):
        assert secret.removeprefix("lectl_") in Settings.model_fields
        assert secret in panel["secrets"]
        assert compose["secrets"][secret]["file"].endswith(f"/{secret}")
