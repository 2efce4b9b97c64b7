"""What a host carries when nothing happens.

python -m tests.bench.idling
"""

import sys
import time
from collections.abc import Iterator

from leadengine_ctl.hosts.base import HostAddress
from tests.bench import other_agents
from tests.bench.result import Result
from tests.bench.stage import Stage, stage
from tests.lab.operator import fingerprint, wait_until
from tests.lab.panel import lab_panel, panel_settings
from tests.lab.vps import Vps

AGENT = ("leadengine-executor", "leadengine-reporter")
SETTLE = 45
WATCH = 60
UNITS = {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024, "B": 1 / 2**20}
CPU_FILES = ("cpuacct.usage", "cpu.stat")
"""Where control groups of version 1 (nanoseconds) and 2 (a table in microseconds) count."""


def agent_memory(vps: Vps, what: str = "agent, idle", beside: str = "") -> Result:
    """Add up the resident memory of all processes of both containers, shared pages included."""
    parts = [_resident_kib(vps, name) / 1024 for name in AGENT]
    how = f"RSS of all processes: executor {parts[0]:.1f}, reporter {parts[1]:.1f}{beside}"
    return Result(f"{what}: memory", sum(parts), 64, "MiB", how)


def agent_cpu(vps: Vps, what: str = "agent, idle", beside: str = "") -> Result:
    """Watch what both containers use of a core, health checks included."""
    time.sleep(SETTLE)
    before = _cpu_seconds(vps)
    time.sleep(WATCH)
    percent = (_cpu_seconds(vps) - before) / WATCH * 100
    return Result(f"{what}: processor", percent, 0.3, "%", f"of one core, over {WATCH} s{beside}")


def reporting_agent(stand: Stage) -> Iterator[Result]:
    """The same with a panel to which it reports over TLS each half minute, beside agents of others.

    The others are printed, not judged: they do other things.
    """
    operator, vps = stand.deploys.operator, stand.deploys.vps
    host, what = HostAddress.parse(vps.url).name, "agent, idle, reporting over TLS"
    others = tuple(other_agents.measure(stand.run, WATCH))
    with lab_panel(stand.run, stand.authority, operator, interval=30.0) as panel:
        connected = operator.with_settings(**panel_settings(panel, stand.authority))
        connected.must("agent", "enrol", host)
        store = panel.open_store()
        wait_until(lambda: store.reports.heartbeat(host), 120)
        beside = "".join(f"; {each.name} {each.percent:.2f} %" for each in others)
        yield agent_cpu(vps, what, beside)
        beside = "".join(f"; {each.name} {each.mib:.1f}" for each in others)
        yield agent_memory(vps, what, beside)
        heard = store.reports.heartbeat(host)
        assert heard is not None
        assert time.time() - heard.received_at < 90, "it had stopped reporting"


def stack_memory(vps: Vps, client: str) -> Result:
    """Add up what Docker says each container of a stack uses."""
    shown = vps.run("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").stdout
    rows = (line.split()[:2] for line in shown.splitlines())
    used = [_mebibytes(used) for name, used in rows if name.startswith(f"leadengine-{client}-")]
    how = f"{len(used)} containers, as `docker stats` counts"
    return Result("stack, idle: memory", sum(used), 1.2 * 1024, "MiB", how)


def _resident_kib(vps: Vps, name: str) -> int:
    listing = vps.run("docker", "top", name, "-eo", "pid,rss").stdout.splitlines()[1:]
    return sum(int(line.split()[1]) for line in listing)


def _mebibytes(text: str) -> float:
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return float(text.removesuffix(unit)) * UNITS[unit]


def _cpu_seconds(vps: Vps) -> float:
    return sum(_container_cpu(vps, name) for name in AGENT)


def _container_cpu(vps: Vps, name: str) -> float:
    ident = vps.run("docker", "inspect", "--format", "{{.Id}}", name).stdout.strip()
    wanted = ("(", "-name", CPU_FILES[0], "-o", "-name", CPU_FILES[1], ")")
    found = vps.run("find", "/sys/fs/cgroup", "-path", f"*{ident}*", *wanted).stdout.split()
    # The shortest path is the container itself; version 1 counts in a file of its own.
    path = min(found, key=lambda path: (not path.endswith(CPU_FILES[0]), len(path)))
    text = vps.run("cat", path).stdout
    if path.endswith(CPU_FILES[0]):
        return int(text) / 1e9
    return int(dict(line.split() for line in text.splitlines())["usage_usec"]) / 1e6


def _both_ways(stand: Stage) -> Iterator[Result]:
    yield agent_cpu(stand.deploys.vps)
    yield agent_memory(stand.deploys.vps)
    yield from reporting_agent(stand)


def main() -> None:
    """Measure a fresh host's agent, without a panel and with one; exit 1 when a budget was missed."""
    results = []
    with stage() as stand:
        vps = stand.deploys.vps
        words = ("--host", vps.url, "--host-key", fingerprint(vps), "--yes")
        stand.deploys.operator.must("deploy", "bench", "bench.test", *words)
        for result in _both_ways(stand):
            print(result.row, flush=True)  # noqa: T201
            results.append(result)
    sys.exit(0 if all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
