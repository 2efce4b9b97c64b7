"""What a client costs, and where its domain leads, on its page and for programs."""

import pytest

from leadengine_ctl.fleet.panel_records import Role
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting
from tests.unit.panel.visitors import Panel

RENTED = ("--on", "memory:m2", "--dns", "manual", "--yes")


@pytest.fixture
def rented(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A client on a server of its own that is rented for 8 EUR."""
    key = fleet.lectl.folder.parent / "id"
    key.with_name("id.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgME me")
    monkeypatch.setenv("LECTL_SSH_KEY", str(key))
    deployed = fleet.lectl("deploy", "acme", "acme.test", *RENTED)
    assert deployed.code == 0, deployed.err
    return fleet


def test_a_client_costs_its_part_of_the_server_and_what_its_model_spent(
    rented: Fleet, panel: Panel
) -> None:
    rented.add("beta")
    Reporting(rented.world.store).use(rented.world.store.clients.get("acme").host, "acme", 1)
    page = panel.browser(Role.VIEWER).get("/clients/acme").text
    assert "8.00 EUR" in page
    assert "language model $" in page
    costs = panel.program(Role.VIEWER).get("/api/v1/clients/acme").json()["costs"]
    assert (costs["server"], costs["currency"]) == ("8.00", "EUR")
    assert costs["model"] > 0.1
    assert " leads, " in panel.browser(Role.VIEWER).get("/").text, "what was used is in the list"
    assert "not rented here" in panel.browser(Role.VIEWER).get("/clients/beta").text


def test_where_a_domain_leads_is_asked_of_the_resolvers_right_now(
    rented: Fleet, panel: Panel, resolver: str
) -> None:
    part = panel.browser(Role.VIEWER).get("/clients/acme/dns").text
    assert f"{resolver} sees 203.0.113.1, 2001:db8::1" in part
    assert "it leads to its host" in part
    told = panel.program(Role.VIEWER).get("/api/v1/clients/acme/dns").json()
    assert told["is_right"]
    assert told["seen"] == {resolver: ["203.0.113.1", "2001:db8::1"]}


def test_a_domain_that_leads_nowhere_is_not_right(fleet: Fleet, panel: Panel) -> None:
    fleet.add("beta")
    part = panel.browser(Role.VIEWER).get("/clients/beta/dns").text
    assert "sees nothing" in part
    assert "not as it should be" in part
