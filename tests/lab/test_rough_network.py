"""A bad network between lectl and a host never hangs a run, and nothing is done by halves (promise R5)."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

import pytest

from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint
from tests.lab.rough_road import KINDS, Road, Toxic, rough_road
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLIENT = "acme"
DOMAINS = ("leads.rough.test", "leads.rougher.test")
LONGEST = 900
"""Seconds that a run may take on a busy machine; without deadlines it would hang for good."""
RERUNS = 3
BATCH, BATCHES = 20, 10
DATA = ("db", "redis", "chromadb")

Journey = Literal["anew", "again", "change"]
"""A deploy to a host without an agent; one that changes nothing; one with another domain."""
JOURNEYS: tuple[Journey, ...] = ("anew", "again", "again", "change", "again", "again", "again")
"""Seven beside five kinds of network: in time each meets each."""


@dataclass
class Trial:
    """One host behind a road, and what a deploy says to it when nothing is in its way.

    Attributes:
        said: for each journey, the most bytes that went one way.
        number: runs until now.
    """

    operator: Operator
    road: Road
    vps: Vps
    said: dict[Journey, int] = field(default_factory=dict)
    domain: str = DOMAINS[0]
    number: int = 0

    @property
    def stack(self) -> Stack:
        return Stack(self.vps, CLIENT, self.domain)

    def deploy(self) -> Ended:
        host = ("--host", f"ssh://root@127.0.0.1:{self.road.port}")
        key = ("--host-key", fingerprint(self.vps))
        words = ("deploy", CLIENT, self.domain, f"ops@{DOMAINS[0]}", *host, *key, "--yes", "--json")
        return self.operator.lectl(*words, timeout=LONGEST)

    def deploy_when_free(self) -> Ended:
        """Deploy as a person does who is told that the host still carries out the order of before."""
        ended = self.deploy()
        end = time.monotonic() + LONGEST
        while ended.code == 11 and time.monotonic() < end:
            assert "Try again when it has ended" in ended.text
            time.sleep(2)
            ended = self.deploy()
        return ended

    def begin(self, journey: Journey) -> None:
        """Over a good road, make the next deploy such a one."""
        if journey == "change":
            self.domain = DOMAINS[self.domain == DOMAINS[0]]
        elif journey == "anew":
            self.operator.must("destroy", CLIENT, "--confirm", CLIENT, "--without-backup")
            hosts = self.operator.must("host", "list", "--json").result["hosts"]
            self.operator.must("host", "remove", hosts[0]["name"], "--purge")

    def measure(self, journey: Journey) -> None:
        """Deploy over a good road."""
        self.road.most = 0
        ended = self.deploy()
        assert ended.code == 0, ended.text
        self.said[journey] = self.road.most

    def converge(self, toxic: Toxic) -> int:
        """Deploy over a bad road, then again until it works; how often it took."""
        met = self.road.met
        self.road.toxic = toxic
        ended = self.deploy()
        self.road.toxic = None
        assert self.road.met > met, f"{toxic} never happened: {ended.text}"
        for again in range(RERUNS + 1):
            if ended.code == 0:
                return again
            assert ended.code in {1, 11}, ended.text
            assert ended.result["hint"], ended.text
            ended = self.deploy_when_free()
        raise AssertionError(f"{toxic}: not there after {RERUNS} more runs: {ended.text}")

    def lasting(self) -> object:
        """What only a deploy anew may make; made twice, or anew, it would differ."""
        found = self.stack.containers()
        volumes = self.vps.run("docker", "volume", "ls", "--quiet").stdout.split()
        return [found[name]["Id"] for name in DATA], sorted(volumes), self.stack.secret_digests()

    def one(self, chance: random.Random) -> None:
        """One run over one bad road, of which nothing may be left but what a good one leaves."""
        journey = JOURNEYS[self.number % len(JOURNEYS)]
        kind = KINDS[self.number % len(KINDS)]
        self.number += 1
        before = self.lasting()
        self.begin(journey)
        # Anywhere in the conversation; how much is said differs a little from time to time.
        toxic = Toxic(kind, chance.randrange(1_000, self.said[journey] * 4 // 5))
        started = time.monotonic()
        again = self.converge(toxic)
        took = time.monotonic() - started
        print(f"\n{journey}, {toxic}: {again} more runs, {took:.0f} s", flush=True)  # noqa: T201
        assert self.stack.get("/readyz").status_code == 200
        assert self.stack.query("select count(*) from users") == "1"
        assert self.stack.query("select count(*) from tenants") == "1"
        running = [each for each in self.stack.containers().values() if each["State"]["Running"]]
        assert len(running) == len(DATA) + 3, "an api too many, or a service too few"
        assert journey == "anew" or self.lasting() == before, "something was made twice, or anew"


@pytest.fixture(scope="module")
def trial(
    lab_operator: Operator, pebble: Pebble, names: Names, stocked_vps: Vps
) -> Iterator[Trial]:
    for domain in DOMAINS:
        names.point(domain, stocked_vps.address)
    operator = lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))
    with rough_road(stocked_vps.address) as road:
        trial = Trial(operator, road, stocked_vps)
        for journey in get_args(Journey):
            if trial.said:
                trial.begin(journey)
            trial.measure(journey)
        print(f"\nbytes one way: {trial.said}")  # noqa: T201
        yield trial


def test_every_kind_of_bad_network_ends_and_converges(trial: Trial) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    for _ in range(8):
        trial.one(chance)


@pytest.mark.parametrize("seed", range(2, 2 + BATCHES))
def test_many_bad_networks_end_and_converge(trial: Trial, seed: int) -> None:
    """Two hundred in batches: what one of them finds, the others do not wait for."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    trial.number = (seed - 2) * BATCH
    for _ in range(BATCH):
        trial.one(chance)
