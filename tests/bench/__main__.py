"""`make bench`: measure, print as it goes, and write docs/bench.md."""

import subprocess
import sys
from collections.abc import Iterator

from tests.bench import (
    backup,
    command_line,
    deploying,
    events,
    fan_out,
    finding,
    fleet_page,
    idling,
    pages,
    reporting,
    updating,
)
from tests.bench.result import Result, write
from tests.bench.stage import stage


def measurements() -> Iterator[Result]:
    """Yield each result when it is known."""
    yield command_line.measure()
    yield from reporting.ten_thousand_agents()
    yield from fleet_page.measure()
    with stage() as stand:
        deploys = stand.deploys
        yield deploying.bare_host(deploys, stand.pebble)
        yield deploying.second_deploy(deploys)
        yield idling.agent_cpu(deploys.vps)
        yield idling.agent_memory(deploys.vps)
        yield idling.stack_memory(deploys.vps, "bench")
        yield from idling.reporting_agent(stand)
        deploys.destroy("bench")
        yield from updating.under_load(deploys)
        deploys.destroy(updating.CLIENT)
        yield from backup.side_by_side(deploys)
        deploys.destroy(backup.CLIENT)
        yield deploying.overhead(deploys)
        yield from fan_out.measure(deploys.vps)
    yield from finding.measure()
    yield from pages.measure(1_000_000)
    yield from events.measure(3000, 60, each=6)
    yield from events.measure(1000, 600)


def main() -> None:
    """Run everything; exit 1 when a budget was missed."""
    subprocess.run((sys.executable, "tools/images.py"), check=True)
    results = []
    for result in measurements():
        print(result.row, flush=True)  # noqa: T201
        results.append(result)
        # What is known stays when the rest is broken off.
        write(results)
    sys.exit(0 if all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
