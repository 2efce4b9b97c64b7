"""Every page shows what there is, to whoever may see it."""

import pytest

from leadengine_ctl.fleet.panel_records import Role
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel

PAGES = (
    "/", "/hosts", "/hosts/host-acme", "/clients/acme", "/clients/acme/services", "/clients/acme/logs",
    "/clients/acme/dns", "/clients/acme/points", "/api/v1/clients/acme/dns",
    "/deploy", "/operations", "/rollouts", "/rollouts/new", "/approvals", "/team", "/audit",
    "/audit?verify=true", "/account", "/api/v1/clients", "/api/v1/clients/acme?live=true",
    "/alerts", "/metrics", "/api/v1/hosts", "/api/v1/openapi.json",
    "/api/v1/views", "/api/v1/incidents?past=9", "/api/v1/mutes", "/api/v1/channels", "/api/v1/approvals",
    "/api/v1/team", "/api/v1/hosts/host-acme", "/api/v1/clients/acme/usage", "/api/v1/clients/acme/events",
    "/api/v1/me", "/api/v1/operations", "/api/v1/audit",
)  # fmt: skip


def test_an_owner_sees_every_page(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta")
    browser = panel.browser(Role.OWNER)
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text)


def test_an_empty_panel_says_what_to_do_first(panel: Panel) -> None:
    browser = panel.browser(Role.OWNER)
    assert "Deploy the first client" in browser.get("/").text
    for path in ("/hosts", "/operations", "/rollouts", "/approvals"):
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/clients/nobody", "/hosts/nowhere", "/operations/none-such", "/x"]
)
def test_what_does_not_exist_is_not_found(panel: Panel, path: str) -> None:
    assert panel.browser(Role.OWNER).get(path).status_code == 404
