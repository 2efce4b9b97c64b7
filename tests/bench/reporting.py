"""What ten thousand agents cost a panel that has one machine to itself.

.venv/bin/python -m tests.bench.reporting [postgresql+psycopg://USER:PASSWORD@HOST/EMPTY-DATABASE]
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from leadengine_ctl.fleet.store import Store
from tests.bench.result import Result
from tests.unit.reporting.fleet import Load, Measured, Simulated, simulate
from tests.unit.reporting.panel import PanelServer
from tests.unit.reporting.panel_process import panel_process, resident_mib

AGENTS = 10_000
INTERVAL = 30.0
SECONDS = 60.0


def ten_thousand_agents(url: str = "", store: str = "SQLite") -> Iterator[Result]:
    """Each reports every half minute; reports are due evenly, and go out when they are due.

    Load and panel share the machine, so the wait includes what the load itself takes.
    """
    with tempfile.TemporaryDirectory() as folder:
        opened = PanelServer(Path(folder), url_of_store=url).open_store()
        agents = simulate(opened, AGENTS)
        yield from _measured(Path(folder), url, store, opened, agents)


def _measured(
    folder: Path, url: str, store: str, opened: Store, agents: tuple[Simulated, ...]
) -> Iterator[Result]:
    with panel_process(folder, url) as (panel, pid):
        before = _cpu_seconds(pid)
        measured = asyncio.run(Load(panel.port, panel.url).run(agents, INTERVAL, SECONDS))
        spent = _cpu_seconds(pid) - before
        memory = resident_mib(pid)
        lost = len(measured.latencies) - measured.statuses.get(200, 0)
        lost += measured.events - len(opened.reports.events(limit=10_000_000))
    yield from _results(measured, store, lost)
    rate = AGENTS / INTERVAL
    share = spent / len(measured.latencies) * rate * 100
    how = f"of one core, at {rate:.0f} reports/s"
    yield Result(f"panel, 10,000 agents, {store}: processor", share, 100, "%", how)
    yield Result(f"panel, 10,000 agents, {store}: memory", memory, 512, "MiB", "RSS of the panel")


def _results(measured: Measured, store: str, lost: int) -> Iterator[Result]:
    slow, median = measured.percentile(0.99) * 1000, measured.percentile(0.5) * 1000
    how = (
        f"median {median:.1f} ms, N={len(measured.latencies)}; the load itself was up to "
        f"{measured.late * 1000:.0f} ms late"
    )
    yield Result(f"panel, 10,000 agents, {store}: p99", slow, 50, "ms", how)
    yield Result(f"panel, 10,000 agents, {store}: lost", lost, 0, "reports", "reports and events")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    arguments = (sys.argv[1], "PostgreSQL") if len(sys.argv) > 1 else ()
    for each in ten_thousand_agents(*arguments):
        print(each.row, flush=True)  # noqa: T201
