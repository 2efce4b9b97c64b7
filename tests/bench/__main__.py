"""`make bench`: measure, print as it goes, and write docs/bench.md."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import (
    backup,
    command_line,
    deploying,
    events,
    fan_out,
    finding,
    idling,
    pages,
    reporting,
    updating,
)
from tests.bench.deploying import Deploys
from tests.bench.result import Result, write
from tests.lab.acme import Pebble, start_pebble
from tests.lab.authority import Authority
from tests.lab.names import start_names
from tests.lab.operator import Operator, certificate_settings
from tests.lab.run import lab_run
from tests.lab.vps import make_key, start_vps


@contextmanager
def stage() -> Iterator[tuple[Deploys, Pebble]]:
    """An operator with a release, a bare host, and the authority."""
    with tempfile.TemporaryDirectory() as folder, lab_run(Path(folder)) as run:
        names = start_names(run)
        pebble = start_pebble(run, names, Authority.create(run.folder), nonce_reject_percent=0)
        home = Path(folder) / "operator"
        home.mkdir()
        operator = Operator(home, make_key(run.folder), certificate_settings(pebble, home))
        operator.release()
        vps = start_vps(run, "bench", operator.key)
        names.point(deploying.DOMAIN, vps.address, vps.address6)
        yield Deploys(operator, vps), pebble


def measurements() -> Iterator[Result]:
    """Yield each result when it is known."""
    yield command_line.measure()
    yield from reporting.ten_thousand_agents()
    with stage() as (deploys, pebble):
        yield deploying.bare_host(deploys, pebble)
        yield deploying.second_deploy(deploys)
        yield idling.agent_cpu(deploys.vps)
        yield idling.agent_memory(deploys.vps)
        yield idling.stack_memory(deploys.vps, "bench")
        deploys.destroy("bench")
        yield from updating.under_load(deploys)
        deploys.destroy(updating.CLIENT)
        yield from backup.side_by_side(deploys)
        deploys.destroy(backup.CLIENT)
        yield deploying.overhead(deploys)
        yield from fan_out.measure(deploys.vps)
    yield from finding.measure()
    yield from events.measure(1000, 600)
    yield from events.measure(3000, 60, each=6)
    yield from pages.measure(1_000_000)


def main() -> None:
    """Run everything; exit 1 when a budget was missed."""
    subprocess.run((sys.executable, "tools/images.py"), check=True)
    results = []
    for result in measurements():
        print(result.row, flush=True)  # noqa: T201
        results.append(result)
    write(results)
    sys.exit(0 if all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
