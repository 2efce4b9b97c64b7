"""Agents of others, as Debian packages them, doing what they do unless told otherwise."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import LABEL, Run

_BASE = "debian:trixie-slim"
_SCRAPED_EVERY = 30
_TICKS = 100
"""Of the kernel's clock in /proc, a second."""


@dataclass(frozen=True)
class Kind:
    """One program. `port`: where it is asked for its figures each half minute; 0: nobody asks.

    `folder`: what the package leaves to systemd to make.
    """

    package: str
    command: tuple[str, ...]
    port: int = 0
    folder: str = "/run"


KINDS = (
    Kind("prometheus-node-exporter", ("prometheus-node-exporter",), 9100),
    Kind("zabbix-agent2", ("zabbix_agent2", "-f"), folder="/run/zabbix"),
)


@dataclass(frozen=True)
class Carried:
    """What one of them took. `mib`: resident; `percent`: of one core."""

    name: str
    mib: float
    percent: float


def measure(run: Run, seconds: int) -> Iterator[Carried]:
    """Install each in a container, let it settle, watch it."""
    for kind in KINDS:
        box, image = _started(run, kind)
        time.sleep(_SCRAPED_EVERY)
        before = _cpu_seconds(box)
        for _ in range(seconds // _SCRAPED_EVERY):
            if kind.port:
                address = f"http://{box.address}:{kind.port}/metrics"
                httpx.get(address, timeout=30).raise_for_status()
            time.sleep(_SCRAPED_EVERY)
        used = _cpu_seconds(box) - before
        yield Carried(kind.package, _resident_mib(box), used / seconds * 100)
        box.remove()
        docker("image", "rm", "--force", image)


def _started(run: Run, kind: Kind) -> tuple[Container, str]:
    """The first process of a container that was made for it, and that container's image."""
    maker = run.start(f"{kind.package}-maker", _BASE, "sleep", "infinity")
    maker.run("apt-get", "update", "--quiet")
    maker.run("apt-get", "install", "--yes", "--no-install-recommends", kind.package)
    maker.run("mkdir", "-p", kind.folder)
    image = f"leadengine/lab-{kind.package}:{run.name}"
    docker("commit", "--change", f"LABEL {LABEL}={run.mark}", maker.name, image)
    maker.remove()
    return run.start(kind.package, image, *kind.command), image


def _cpu_seconds(box: Container) -> float:
    fields = box.run("cat", "/proc/1/stat").stdout.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident_mib(box: Container) -> float:
    listing = docker("top", box.name, "-eo", "pid,rss").stdout.splitlines()[1:]
    return sum(int(line.split()[1]) for line in listing) / 1024
