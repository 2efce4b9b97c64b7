"""DNS that is not right yet, an authority that is down: live at once, certified as soon as it can be."""

from collections.abc import Iterator

import pytest

from leadengine_agent.certificates import kind_of
from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import Operator, certificate_settings, wait_until
from tests.lab.run import Run
from tests.lab.stack import Stack
from tests.lab.texts import TextsOf, texts_of, with_provider
from tests.lab.vps import Vps

DOMAIN = "leads.later.test"
AHEAD = "leads.ahead.test"
PROOF = f"_acme-challenge.{AHEAD}"


@pytest.fixture(scope="module")
def operator(lab_operator: Operator, pebble: Pebble) -> Operator:
    return lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))


@pytest.fixture(scope="module")
def stack(operator: Operator, stocked_vps: Vps, names: Names) -> Stack:
    names.forget(DOMAIN)
    ended = operator.deploy(stocked_vps, "later", DOMAIN)
    assert ended.code == 0, ended.text
    assert ended.result["certificate"] == "self-signed"
    return Stack(stocked_vps, "later", DOMAIN)


def test_without_dns_the_stack_is_live_and_says_what_to_point_where(
    stack: Stack, lab_operator: Operator, pebble: Pebble
) -> None:
    orders = pebble.orders
    assert stack.get("/readyz").status_code == 200
    assert kind_of(stack.certificate()) == "self-signed"
    shown = lab_operator.lectl("status", "later").text
    assert DOMAIN in shown
    assert "create an A record" in shown
    assert pebble.orders == orders


def test_wrong_dns_is_named_with_the_address_it_points_to(
    stack: Stack, lab_operator: Operator, names: Names
) -> None:
    names.point(DOMAIN, "10.213.0.1")

    def told() -> bool:
        return "points to 10.213.0.1" in lab_operator.lectl("status", "later").text

    wait_until(told, 120, pause=2)


def test_once_dns_is_right_the_certificate_arrives_by_itself(
    stack: Stack, names: Names, pebble: Pebble, lab_operator: Operator
) -> None:
    orders = pebble.orders
    names.point(DOMAIN, stack.vps.address)
    wait_until(lambda: kind_of(stack.certificate()) == "acme", 300, pause=2)
    assert stack.get("/readyz", root=pebble.root).status_code == 200
    # Pebble refuses some requests on purpose: one order may fail, and the next follows by itself.
    assert 1 <= pebble.orders - orders <= 2
    assert "create an A record" not in lab_operator.lectl("status", "later").text


@pytest.fixture
def provider(names: Names) -> Iterator[tuple[TextsOf, str]]:
    with texts_of(names, "ahead.test", PROOF) as served:
        yield served


@pytest.fixture
def api(provider: tuple[TextsOf, str]) -> TextsOf:
    return provider[0]


@pytest.fixture
def keeper(operator: Operator, provider: tuple[TextsOf, str], run: Run) -> Operator:
    """Who keeps the domain's DNS."""
    return with_provider(operator, provider[1], run.resolver)


@pytest.mark.soak
def test_a_domain_that_leads_elsewhere_is_certified_before_it_leads_here(
    stack: Stack, names: Names, pebble: Pebble, keeper: Operator, api: TextsOf
) -> None:
    names.point(AHEAD, "10.213.0.1")
    orders = pebble.orders
    ended = keeper.deploy(stack.vps, "later", AHEAD, "--prove-by", "auto")
    assert ended.code == 0, ended.text
    assert ended.result["certificate"] == "acme", ended.text
    moved = Stack(stack.vps, "later", AHEAD)
    assert moved.get("/readyz", root=pebble.root).status_code == 200
    # Pebble refuses some requests on purpose: certbot asks again within the order.
    assert pebble.orders - orders == 1
    assert api.said, "no record was ever put"
    assert api.now == [], "the record stayed"
    again = keeper.deploy(stack.vps, "later", AHEAD, "--prove-by", "auto")
    assert again.code == 0, again.text
    assert again.result["changed"] is False
    assert pebble.orders - orders == 1


@pytest.mark.soak
def test_every_name_below_a_domain_is_certified_and_served(
    stack: Stack, names: Names, pebble: Pebble, keeper: Operator, api: TextsOf
) -> None:
    """By hand of whoever keeps the DNS: without it the domain is served as before, and advice given."""
    names.point(AHEAD, stack.vps.address)
    without = keeper.deploy(stack.vps, "later", AHEAD, "--wildcard")
    assert without.code == 0, without.text
    assert "lectl dns certify later" in str(without.result["advice"])
    ended = keeper.lectl("dns", "certify", "later", "--json")
    assert ended.code == 0, ended.text
    # Two, or one: the authority may still believe what was proven of the domain itself before.
    asked = len(api.said)
    assert 1 <= asked <= 2
    assert api.now == []
    for name in (AHEAD, f"eu.{AHEAD}", f"any-other.{AHEAD}"):
        below = Stack(stack.vps, "later", name)
        assert below.get("/readyz", root=pebble.root).status_code == 200
    assert keeper.lectl("dns", "certify", "--all", "--json").code == 0
    assert len(api.said) == asked, "a good certificate was ordered again"
