"""A host whose clock is wrong loses no certificate and no recovery point, and goes on (promise R7)."""

import time
from dataclasses import dataclass

import pytest

from leadengine_agent.certificates import kind_of, serial_of
from tests.lab.acme import Pebble
from tests.lab.clocks import HostClock
from tests.lab.names import Names
from tests.lab.operator import Operator, certificate_settings, wait_until
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "hours", "leads.hours.test"
OTHERS = {"-365d": "leads.back.test", "-1d": "leads.day-back.test"}
"""Clocks ahead are not among them: the client's own containers keep the right time here, and an agent that
looks for what nginx answered since now would find none of it."""
CLOCKS = {"-5m": -300, "+5m": 300, "-1d": -86_400, "+1d": 86_400, "-365d": -31_536_000,
          "+365d": 31_536_000}  # fmt: skip
POINTS = 2
"""Taken before any clock is wrong."""


@dataclass(frozen=True)
class Host:
    """A live client with a certificate and recovery points, and the clock of its host."""

    operator: Operator
    stack: Stack
    clock: HostClock

    def points(self) -> list[str]:
        ended = self.operator.lectl("backups", CLIENT, "--json")
        # Under a clock a day off the newest point is said to be late, and the list is whole.
        assert ended.code in {0, 3}, ended.text
        return [each["id"] for each in ended.result["points"] if each["kept"]]

    def deploy(self, domain: str = DOMAIN) -> dict[str, object]:
        ended = self.operator.deploy(self.stack.vps, CLIENT, domain)
        assert ended.code == 0, ended.text
        return ended.result

    def back_up(self) -> None:
        """Have one point more: the host may be taking one by itself at this moment."""
        before = len(self.points())
        ended = self.operator.lectl("backup", CLIENT, "--json")
        assert ended.code in {0, 11}, ended.text
        self.wait_for_more_than(before)

    def wait_for_more_than(self, points: int) -> None:
        wait_until(lambda: len(self.points()) > points, 240, pause=3)


@pytest.fixture(scope="module")
def host(lab_operator: Operator, stocked_vps: Vps, names: Names, pebble: Pebble) -> Host:
    for domain in (DOMAIN, *OTHERS.values()):
        names.point(domain, stocked_vps.address)
    operator = lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))
    ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    assert ended.result["certificate"] == "acme", ended.text
    operator.must("config", "set", "backup.every=hourly", "backup.drill-days=0", CLIENT, "--yes")
    stack = Stack(stocked_vps, CLIENT, DOMAIN)
    host = Host(operator, stack, HostClock(stocked_vps))
    for _ in range(POINTS):
        host.back_up()
    return host


def test_a_walk_through_wrong_clocks_loses_no_point_and_no_certificate(
    host: Host, pebble: Pebble
) -> None:
    """From each clock straight to the next: no right one mends in between what a wrong one did."""
    before = (host.stack.runtimes(), pebble.orders, serial_of(host.stack.certificate()))
    points = set(host.points())
    for clock, seconds in CLOCKS.items():
        host.clock.set(clock)
        assert host.clock.now() - time.time() == pytest.approx(seconds, abs=60)
        if clock == "-365d":
            # Nobody asks: it takes one by itself, though its newest point lies a year ahead.
            host.wait_for_more_than(len(points))
        else:
            host.back_up()
        host.deploy()
        after = set(host.points())
        assert points < after, f"{clock}: {len(points - after)} of {len(points)} were given up"
        print(f"\n{clock}: {len(points)} points before, {len(after)} after")  # noqa: T201
        points = after
    host.clock.set("")
    assert abs(host.clock.now() - time.time()) < 60
    host.back_up()
    assert host.deploy()["changed"] is False
    assert points < set(host.points())
    served = serial_of(host.stack.certificate())
    assert (host.stack.runtimes(), pebble.orders, served) == before


@pytest.mark.parametrize("clock", OTHERS)
def test_under_a_wrong_clock_no_certificate_is_ordered_and_the_reason_is_said(
    host: Host, pebble: Pebble, clock: str
) -> None:
    """The domain changes while the clock is wrong: served at once, certified when it is right."""
    orders = pebble.orders
    host.clock.set(clock)
    result = host.deploy(OTHERS[clock])
    assert result["certificate"] == "self-signed"
    assert "this host's clock is" in str(result["advice"])
    assert pebble.orders == orders
    host.clock.set("")
    result = host.deploy(OTHERS[clock])
    assert result["certificate"] == "acme", result
    # Pebble refuses some requests on purpose: one order may fail.
    assert 1 <= pebble.orders - orders <= 2
    assert kind_of(Stack(host.stack.vps, CLIENT, OTHERS[clock]).certificate()) == "acme"
