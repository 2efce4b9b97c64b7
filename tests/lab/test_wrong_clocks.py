"""A clock of the operator's that is wrong, or too fast, does no damage and is forgotten (promise R7)."""

import pytest

from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import Operator, certificate_settings
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "clock", "leads.clock.test"
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
CLOCKS = ("-5m", "+5m", "-1d", "+1d", "-365d", "+365d", "+0 x1440")
"""As libfaketime reads them; the last: a day passes in a minute."""


@pytest.fixture(scope="module")
def operator(lab_operator: Operator, pebble: Pebble) -> Operator:
    return lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))


@pytest.fixture(scope="module")
def stack(operator: Operator, stocked_vps: Vps, names: Names) -> Stack:
    names.point(DOMAIN, stocked_vps.address)
    ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    assert ended.result["certificate"] == "acme", ended.text
    return Stack(stocked_vps, CLIENT, DOMAIN)


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_wrong_clock_changes_nothing_orders_nothing_and_is_forgotten(
    operator: Operator, stack: Stack, pebble: Pebble, clock: str
) -> None:
    wrong = operator.with_settings(
        LD_PRELOAD=LIBRARY, FAKETIME=clock, FAKETIME_DONT_FAKE_MONOTONIC="1"
    )
    before = (stack.runtimes(), stack.secret_digests(), pebble.orders)
    met = wrong.deploy(stack.vps, CLIENT, DOMAIN)
    if met.code:
        assert met.result["hint"], met.text
    else:
        assert met.result["changed"] is False, met.text
    print(f"\n{clock}: exit {met.code} {met.result.get('what', '')}")  # noqa: T201
    right = operator.deploy(stack.vps, CLIENT, DOMAIN)
    assert (right.code, right.result["changed"]) == (0, False), right.text
    assert (stack.runtimes(), stack.secret_digests(), pebble.orders) == before


def test_the_doctor_says_how_far_the_clocks_are_apart(operator: Operator, stack: Stack) -> None:
    wrong = operator.with_settings(
        LD_PRELOAD=LIBRARY, FAKETIME="+1d", FAKETIME_DONT_FAKE_MONOTONIC="1"
    )
    said = wrong.lectl("doctor", "--host", stack.vps.address)
    # A machine at work: the question itself takes a moment.
    assert "-8640" in said.text or "-8639" in said.text, said.text
