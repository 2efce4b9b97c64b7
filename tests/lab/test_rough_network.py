"""A bad network between lectl and a host never hangs a run, and nothing is done by halves (promise R5)."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from shutil import copytree
from typing import Literal, get_args

import pytest

from tests.lab.acme import Pebble
from tests.lab.conftest import MakeVps
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint
from tests.lab.rough_road import KINDS, Road, Toxic, rough_road
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLIENT = "acme"
HOSTS = 4
"""At once, each behind a road of its own: the most of a run is waiting."""

LONGEST = 900
"""Seconds that a run may take on a busy machine; without deadlines it would hang for good."""
RERUNS = 3
EACH, BATCHES = 5, 10
"""Runs of each host in a batch."""

DATA = ("db", "redis", "chromadb")

Journey = Literal["anew", "again", "change"]
"""A deploy to a host without an agent; one that changes nothing; one with another domain."""
JOURNEYS: tuple[Journey, ...] = ("anew", "again", "change", "anew", "again", "anew", "change")
"""Seven beside six kinds of network: in time each meets each."""


@dataclass
class Trial:
    """One host behind a road, and what a deploy says to it when nothing is in its way.

    Attributes:
        domains: it has one of them at a time.
        said: for each journey, the most bytes that went one way.
        number: runs until now.
    """

    operator: Operator
    road: Road
    vps: Vps
    domains: tuple[str, str]
    domain: str
    said: dict[Journey, int] = field(default_factory=dict)
    number: int = 0

    @property
    def stack(self) -> Stack:
        return Stack(self.vps, CLIENT, self.domain)

    def deploy(self) -> Ended:
        host = ("--host", f"ssh://root@127.0.0.1:{self.road.port}")
        key = ("--host-key", fingerprint(self.vps))
        words = (
            "deploy",
            CLIENT,
            self.domain,
            f"ops@{self.domains[0]}",
            *host,
            *key,
            "--yes",
            "--json",
        )
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
            self.domain = self.domains[self.domain == self.domains[0]]
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
        assert self.stack.get("/readyz").status_code == 200
        assert self.stack.query("select count(*) from users") == "1"
        assert self.stack.query("select count(*) from tenants") == "1"
        running = [each for each in self.stack.containers().values() if each["State"]["Running"]]
        assert len(running) == len(DATA) + 3, "an api too many, or a service too few"
        assert journey == "anew" or self.lasting() == before, "something was made twice, or anew"
        said = f"{self.vps.box.name}: {journey}, {toxic}: {again} more runs, {took:.0f} s"
        print(f"\n{said}", flush=True)  # noqa: T201

    def some(self, seed: int, runs: int) -> None:
        chance = random.Random(f"{seed} {self.domains[0]}")  # noqa: S311 - no secret
        for _ in range(runs):
            self.one(chance)


Trials = tuple[Trial, ...]


@pytest.fixture(scope="module")
def trials(
    lab_operator: Operator,
    pebble: Pebble,
    names: Names,
    make_stocked_vps: MakeVps,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Trials]:
    """Hosts that were deployed to in each way over a good road, by an operator of their own each."""
    desks = tmp_path_factory.mktemp("desks")

    def prepare(number: int, road: Road, vps: Vps) -> Trial:
        home = desks / str(number)
        copytree(lab_operator.home, home)
        settings = lab_operator.settings | certificate_settings(pebble, home)
        operator = Operator(home, lab_operator.key, settings)
        domains = (f"leads.rough{number}.test", f"leads.rougher{number}.test")
        for domain in domains:
            names.point(domain, vps.address)
        trial = Trial(operator, road, vps, domains, domains[0])
        for journey in get_args(Journey):
            if trial.said:
                trial.begin(journey)
            trial.measure(journey)
        return trial

    with ExitStack() as ending:
        hosts = [make_stocked_vps() for _ in range(HOSTS)]
        for vps in hosts:
            ending.callback(vps.remove)
        roads = [ending.enter_context(rough_road(vps.address)) for vps in hosts]
        with ThreadPoolExecutor(HOSTS) as pool:
            yield tuple(pool.map(prepare, range(HOSTS), roads, hosts))


def at_once(trials: Trials, seed: int, runs: int) -> None:
    """The same number of runs for each host; what one finds ends the test after all have ended."""
    with ThreadPoolExecutor(HOSTS) as pool:
        list(pool.map(lambda trial: trial.some(seed, runs), trials))


def test_every_kind_of_bad_network_ends_and_converges(trials: Trials) -> None:
    for number, trial in enumerate(trials):
        trial.number = number * 2
    at_once(trials, 1, 2)


@pytest.mark.parametrize("seed", range(2, 2 + BATCHES))
def test_many_bad_networks_end_and_converge(trials: Trials, seed: int) -> None:
    """Two hundred in batches: what one of them finds, the others do not wait for."""
    for number, trial in enumerate(trials):
        trial.number = ((seed - 2) * HOSTS + number) * EACH
    at_once(trials, seed, EACH)
