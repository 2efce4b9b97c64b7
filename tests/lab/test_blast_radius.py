"""20 hosts in waves of 1, 2, 5 and 12: who ever ran a bad release is of that wave or an earlier one.

Hosts in memory; needs no engine.
"""

import pytest

from tests.unit.ctl.conftest import fleet, folder, lectl  # noqa: F401 - fixtures
from tests.unit.ctl.fleet import Fleet

pytestmark = pytest.mark.lab

NAMES = tuple(f"client-{number:02}" for number in range(1, 21))
WAVES = {1: NAMES[:1], 2: NAMES[1:3], 3: NAMES[3:8], 4: NAMES[8:]}
WORDS = ("update", "--all", "--yes", "--waves", "1,3,8,100%", "--bake", "1s", "--soak", "1s")
BAD = "1.1.0"


@pytest.fixture
def twenty(fleet: Fleet) -> Fleet:  # noqa: F811
    fleet.add(*NAMES)
    fleet.publish(BAD)
    return fleet


def up_to(wave: int) -> set[str]:
    return {name for number, names in WAVES.items() if number <= wave for name in names}


@pytest.mark.parametrize(
    ("wave", "fault"),
    [
        (1, "start"),
        (1, "gate"),
        (1, "sick"),
        (2, "gate"),
        (2, "sick"),
        (3, "start"),
        (3, "gate"),
        (3, "sick"),
    ],
    ids=str,
)
def test_a_bad_release_gets_no_further_than_its_wave(twenty: Fleet, wave: int, fault: str) -> None:
    """At the canary, in the bake, only in the soak; in each wave but the last."""
    victim = WAVES[wave][-1]
    twenty.order_faults(victim, **{fault: [BAD]})
    ran = twenty.lectl(*WORDS)
    assert ran.code == 3
    assert twenty.rollout().state == "stopped"
    assert twenty.ever_ran(BAD) <= up_to(wave)
    assert twenty.runs(victim) == "1.0.0"
    assert twenty.target(victim).state == ("failed" if fault == "start" else "rolled-back")
    later = set(NAMES) - up_to(wave)
    assert {twenty.states()[name] for name in later} == {"skipped"}
    assert {twenty.activations(name) for name in later} == {1}


def test_four_that_were_silent_are_caught_up_by_the_good_release(twenty: Fleet) -> None:
    """A fault in wave 3 beside silent hosts; then the next release brings everybody there, once."""
    silent = (NAMES[2], NAMES[5], NAMES[11], NAMES[14])
    for name in silent:
        twenty.order_faults(name, unreachable=True)
    twenty.order_faults(NAMES[7], gate=[BAD])
    assert twenty.lectl(*WORDS).code == 3
    ran_bad = twenty.ever_ran(BAD)
    assert ran_bad <= up_to(3)
    assert not ran_bad & set(silent)
    assert {twenty.states()[name] for name in silent} == {"unreachable", "skipped"}
    twenty.publish("1.2.0")
    assert twenty.lectl(*WORDS).code == 3
    assert {twenty.states()[name] for name in silent} == {"unreachable"}
    for name in silent:
        twenty.order_faults(name)
    assert twenty.lectl("rollout", "resume", twenty.rollout().id).code == 0
    assert {twenty.runs(name) for name in NAMES} == {"1.2.0"}
    assert {twenty.activations(name) for name in silent} == {2}
