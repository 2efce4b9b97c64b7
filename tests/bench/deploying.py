"""What deploys cost: on a bare host, again, and beside bare Compose."""

import time
from dataclasses import dataclass
from statistics import median

from tests.bench.bare_compose import BareCompose
from tests.bench.result import Result, spread
from tests.lab.acme import Pebble
from tests.lab.engine import LabError
from tests.lab.names import Names
from tests.lab.operator import Operator, certificate_settings, fingerprint
from tests.lab.stack import Stack
from tests.lab.vps import Vps

TRIALS = 3


@dataclass(frozen=True)
class Deploys:
    """One operator, one host."""

    operator: Operator
    vps: Vps

    def deploy(self, client: str, domain: str) -> float:
        """Deploy, and return the seconds it took; it has to end well."""
        words = ("--host", self.vps.url, "--host-key", fingerprint(self.vps), "--yes", "--json")
        start = time.perf_counter()
        self.operator.must("deploy", client, domain, *words)
        return time.perf_counter() - start

    def destroy(self, client: str) -> None:
        self.operator.must("destroy", client, "--confirm", client)


def bare_host(deploys: Deploys, names: Names, pebble: Pebble) -> Result:
    """Time from a host without Docker to HTTPS with the authority's certificate."""
    domain = "bench.test"
    names.point(domain, deploys.vps.address, deploys.vps.address6)
    settings = certificate_settings(pebble, deploys.operator.home)
    wanted = Deploys(deploys.operator.with_settings(**settings), deploys.vps)
    start = time.perf_counter()
    wanted.deploy("bench", domain)
    Stack(deploys.vps, "bench", domain).get("/healthz", root=pebble.root).raise_for_status()
    seconds = time.perf_counter() - start
    how = "no Docker → certificate chain verified; images over SSH, packages cached; N=1"
    return Result("bare host → HTTPS", seconds, 120, "s", how)


def second_deploy(deploys: Deploys) -> Result:
    """Time a deploy that has nothing to do, and see that it did nothing."""
    stack = Stack(deploys.vps, "bench", "bench.test")
    before = stack.runtimes()
    samples = [deploys.deploy("bench", "bench.test") for _ in range(TRIALS)]
    if stack.runtimes() != before:
        message = "a second deploy restarted something"
        raise LabError(message)
    return Result("second deploy", median(samples), 3, "s", f"nothing restarted; {spread(samples)}")


def overhead(deploys: Deploys) -> Result:
    """Compare deploys of a new client with bare Compose on the same files, in turns."""
    ours, bares = [], []
    for number in range(TRIALS):
        client, domain = f"peer{number}", f"peer{number}.localhost"
        ours.append(deploys.deploy(client, domain))
        bare = BareCompose(deploys.vps, Stack(deploys.vps, client, domain))
        bare.clear()
        bares.append(bare.seconds_to_https())
        deploys.destroy(client)
    how = f"deploy: {spread(ours)} s; bare: {spread(bares)} s"
    ratio = median(ours) / median(bares)
    return Result("deploy ÷ bare Compose, images present", ratio, 1.15, "×", how)
