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
OTHERS = {"-365d": "leads.back.test", "+1d": "leads.ahead-of.test"}
CLOCKS = {"-5m": -300, "+5m": 300, "-1d": -86_400, "+1d": 86_400, "-365d": -31_536_000,
          "+365d": 31_536_000}  # fmt: skip
POINTS = 4
"""Taken before any clock is wrong."""


@dataclass(frozen=True)
class Host:
    """A live client with a certificate and recovery points, and the clock of its host."""

    operator: Operator
    stack: Stack
    clock: HostClock

    def points(self) -> list[str]:
        ended = self.operator.must("backups", CLIENT, "--json")
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
        wait_until(lambda: len(self.points()) > before, 180, pause=3)


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


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_wrong_clock_loses_no_point_and_no_certificate(
    host: Host, pebble: Pebble, clock: str
) -> None:
    before = (host.stack.runtimes(), pebble.orders, serial_of(host.stack.certificate()))
    points = set(host.points())
    host.clock.set(clock)
    assert host.clock.now() - time.time() == pytest.approx(CLOCKS[clock], abs=60)
    host.back_up()
    host.deploy()
    host.clock.set("")
    assert abs(host.clock.now() - time.time()) < 60
    host.back_up()
    assert host.deploy()["changed"] is False
    after = set(host.points())
    assert points <= after, f"{len(points - after)} of {len(points)} points were given up"
    assert len(after) >= len(points) + 2
    served = serial_of(host.stack.certificate())
    assert (host.stack.runtimes(), pebble.orders, served) == before
    print(f"\n{clock}: {len(points)} points before, {len(after)} after")  # noqa: T201


def test_a_clock_that_is_a_year_back_still_takes_points_by_itself(host: Host) -> None:
    points = set(host.points())
    host.clock.set("-365d")
    wait_until(lambda: len(set(host.points()) - points) > 0, 240, pause=3)
    host.clock.set("")


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
    assert kind_of(host.stack.certificate()) == "acme"
    host.deploy()
