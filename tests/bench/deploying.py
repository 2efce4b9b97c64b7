"""What deploys cost: on a bare host, again, and beside bare Compose."""

import time
from dataclasses import dataclass
from statistics import median

from tests.bench.bare_compose import BareCompose
from tests.bench.result import Result, spread
from tests.lab.acme import Pebble
from tests.lab.engine import LabError
from tests.lab.operator import Ended, Operator, fingerprint
from tests.lab.stack import Stack
from tests.lab.vps import Vps

DOMAIN = "bench.test"
TRIALS = 3


@dataclass(frozen=True)
class Deployed:
    """Seconds of one deploy, in all and by step."""

    seconds: float
    steps: dict[str, float]

    @property
    def longest(self) -> str:
        """The steps that took a second or more, in order."""
        return ", ".join(f"{name} {value:.0f}" for name, value in self.steps.items() if value >= 1)


def steps_of(ended: Ended) -> dict[str, float]:
    events = (each for each in ended.results if each["kind"] == "event" and each["seconds"])
    return {each["step"]: each["seconds"] for each in events if "/" not in each["step"]}


@dataclass(frozen=True)
class Deploys:
    """One operator, one host."""

    operator: Operator
    vps: Vps

    def deploy(self, client: str, domain: str) -> Deployed:
        """Deploy; it has to end well."""
        words = ("--host", self.vps.url, "--host-key", fingerprint(self.vps), "--yes", "--json")
        start = time.perf_counter()
        ended = self.operator.must("deploy", client, domain, *words)
        return Deployed(time.perf_counter() - start, steps_of(ended))

    def destroy(self, client: str) -> None:
        self.operator.must("destroy", client, "--confirm", client)


def bare_host(deploys: Deploys, pebble: Pebble) -> Result:
    """Time from a host without Docker to HTTPS with the authority's certificate."""
    start = time.perf_counter()
    deployed = deploys.deploy("bench", DOMAIN)
    Stack(deploys.vps, "bench", DOMAIN).get("/healthz", root=pebble.root).raise_for_status()
    seconds = time.perf_counter() - start
    how = f"no Docker → verified certificate; images over SSH; N=1; seconds: {deployed.longest}"
    return Result("bare host → HTTPS", seconds, 120, "s", how)


def second_deploy(deploys: Deploys) -> Result:
    """Time a deploy that has nothing to do, and see that it did nothing."""
    stack = Stack(deploys.vps, "bench", DOMAIN)
    before = stack.runtimes()
    samples = [deploys.deploy("bench", DOMAIN).seconds for _ in range(TRIALS)]
    if stack.runtimes() != before:
        message = "a second deploy restarted something"
        raise LabError(message)
    return Result("second deploy", median(samples), 3, "s", f"nothing restarted; {spread(samples)}")


def overhead(deploys: Deploys) -> Result:
    """Compare deploys of a new client with bare Compose on the same files, in turns."""
    ours, bares = [], []
    for number in range(TRIALS):
        client, domain = f"peer{number}", f"peer{number}.localhost"
        ours.append(deploys.deploy(client, domain).seconds)
        bare = BareCompose(deploys.vps, Stack(deploys.vps, client, domain))
        bare.clear()
        bares.append(bare.seconds_to_https())
        deploys.destroy(client)
    how = f"deploy: {spread(ours)} s; bare: {spread(bares)} s"
    ratio = median(ours) / median(bares)
    return Result("deploy ÷ bare Compose, images present", ratio, 1.15, "×", how)
