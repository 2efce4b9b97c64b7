"""The client's page says what it buys, owes and costs; programs read the same."""

import pytest

from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.billing.setup import set_up
from tests.unit.billing.stripe_server import Account
from tests.unit.billing.test_subscribe import buy
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long

API = "/api/v1/clients/acme/billing"


@pytest.fixture
def bought(fleet: Fleet, server: StripeServer) -> Fleet:
    set_up(fleet.world, server)
    buy(fleet.world, server)
    return fleet


def test_the_page_shows_plan_state_bills_and_cost(bought: Fleet, panel: Panel) -> None:
    text = panel.browser(Role.VIEWER).get("/clients/acme").text
    for words in ("Billing", "good", "£2,000", "self-hosted, active", "LE-0001", "£12,000", "$0"):
        assert words in text, words
    assert "Link to its bills" not in text, "a viewer has no business there"
    assert "Link to its bills" in panel.browser(Role.OPERATOR).get("/clients/acme").text


def test_who_buys_nothing_is_told_how_to(fleet: Fleet, panel: Panel) -> None:
    text = panel.browser(Role.VIEWER).get("/clients/acme").text
    assert "lectl billing subscribe acme" in text


def test_the_link_is_made_for_an_operator_and_stands_in_the_trail(
    bought: Fleet, panel: Panel
) -> None:
    answer = panel.browser(Role.OPERATOR).post("/clients/acme/billing/portal")
    assert answer.status_code == 200
    assert "https://billing.test/session/" in answer.text
    assert panel.browser(Role.VIEWER).post("/clients/acme/billing/portal").status_code == 403
    (entry,) = bought.world.store.audit.recent(5, action="billing.portal")
    assert (entry.actor, entry.subject) == ("operator@panel.test", "acme")
    assert "session" not in entry.detail


def test_programs_read_the_same_of_their_own_clients_alone(
    bought: Fleet, panel: Panel, account: Account
) -> None:
    bought.add("beta")
    found = panel.program(Role.VIEWER).get(API).json()
    assert (found["standing"], found["subscription"]["plan"]) == ("good", "self-hosted")
    assert found["invoices"][0]["total"] == {"minor": 1_200_000, "currency": "gbp"}
    assert panel.program(Role.VIEWER, ("beta",), "of-beta").get(API).status_code == 404
    operator = panel.program(Role.OPERATOR)
    assert operator.post(f"{API}/portal").json()["url"].startswith("https://")
    answer = operator.post("/api/v1/clients/beta/billing/portal")
    assert (answer.status_code, answer.json()["what"]) == (409, "beta is no customer yet")
