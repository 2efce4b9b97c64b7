"""A bad network between lectl and a host never hangs a run, and nothing is done by halves (promise R5)."""

import random
import time
from collections.abc import Iterator

import pytest

from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint
from tests.lab.rough_road import KINDS, Road, Toxic, rough_road
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

DOMAIN = "leads.rough.test"
LONGEST = 900
"""Seconds that a run may take on a busy machine; without deadlines it would hang for good."""
RERUNS = 3
_CUT = (1_000, 9_000)
"""Bytes after which a connection meets its end: within what even a deploy that changes nothing says."""


@pytest.fixture(scope="module")
def operator(lab_operator: Operator, pebble: Pebble, names: Names, stocked_vps: Vps) -> Operator:
    names.point(DOMAIN, stocked_vps.address)
    return lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))


@pytest.fixture(scope="module")
def road(stocked_vps: Vps) -> Iterator[Road]:
    with rough_road(stocked_vps.address) as road:
        yield road


def deploy_when_free(operator: Operator, road: Road, vps: Vps) -> Ended:
    """Deploy as a person does who is told that the host still carries out the order of before."""
    ended = deploy(operator, road, vps)
    end = time.monotonic() + LONGEST
    while ended.code == 11 and time.monotonic() < end:
        assert "Try again when it has ended" in ended.text
        time.sleep(2)
        ended = deploy(operator, road, vps)
    return ended


def deploy(operator: Operator, road: Road, vps: Vps) -> Ended:
    host = ("--host", f"ssh://root@127.0.0.1:{road.port}", "--host-key", fingerprint(vps))
    words = ("deploy", "acme", DOMAIN, f"ops@{DOMAIN}", *host, "--yes", "--json")
    return operator.lectl(*words, timeout=LONGEST)


def converge(operator: Operator, road: Road, vps: Vps, toxic: Toxic) -> int:
    """Deploy over a bad road, then again until it works; how often it took."""
    met = road.met
    road.toxic = toxic
    ended = deploy(operator, road, vps)
    road.toxic = None
    assert road.met > met, f"{toxic} never happened: {ended.text}"
    for again in range(RERUNS + 1):
        if ended.code == 0:
            return again
        assert ended.code in {1, 11}, ended.text
        assert ended.result["hint"], ended.text
        ended = deploy_when_free(operator, road, vps)
    raise AssertionError(f"{toxic}: not there after {RERUNS} more runs: {ended.text}")


def runs(operator: Operator, road: Road, vps: Vps, seed: int, number: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    stack = Stack(vps, "acme", DOMAIN)
    before: object = None
    for each in range(number):
        toxic = Toxic(KINDS[each % len(KINDS)], chance.randrange(*_CUT))
        started = time.monotonic()
        again = converge(operator, road, vps, toxic)
        print(f"\n{toxic}: {again} more runs, {time.monotonic() - started:.0f} s")  # noqa: T201
        assert stack.get("/readyz").status_code == 200
        now = (set(stack.containers()), stack.secret_digests())
        assert before in {None, str(now)}, "something was made twice, or anew"
        before = str(now)
    assert stack.query("select count(*) from users") == "1"


def test_every_kind_of_bad_network_ends_and_converges(
    operator: Operator, road: Road, stocked_vps: Vps
) -> None:
    runs(operator, road, stocked_vps, seed=1, number=8)


@pytest.mark.soak
def test_many_bad_networks_end_and_converge(
    operator: Operator, road: Road, stocked_vps: Vps
) -> None:
    runs(operator, road, stocked_vps, seed=2, number=200)
