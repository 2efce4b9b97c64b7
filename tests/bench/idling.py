"""What a host carries when nothing happens."""

import time

from tests.bench.result import Result
from tests.lab.vps import Vps

AGENT = ("leadengine-executor", "leadengine-reporter")
SETTLE = 45
WATCH = 60
UNITS = {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024, "B": 1 / 2**20}
CPU_FILES = ("cpuacct.usage", "cpu.stat")
"""Where control groups of version 1 (nanoseconds) and 2 (a table in microseconds) count."""


def agent_memory(vps: Vps) -> Result:
    """Add up the resident memory of all processes of both containers, shared pages included."""
    total = sum(_resident_kib(vps, name) for name in AGENT) / 1024
    return Result("agent, idle: memory", total, 64, "MiB", "RSS of all processes, both containers")


def agent_cpu(vps: Vps) -> Result:
    """Watch what both containers use of a core, health checks included."""
    time.sleep(SETTLE)
    before = _cpu_seconds(vps)
    time.sleep(WATCH)
    percent = (_cpu_seconds(vps) - before) / WATCH * 100
    return Result("agent, idle: processor", percent, 0.3, "%", f"of one core, over {WATCH} s")


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
