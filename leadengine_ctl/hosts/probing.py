"""Look at a machine with small programs every Linux has; nothing is changed and nothing needed there."""

import json
import time
from dataclasses import dataclass

from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import HostFacts, Runner
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.parsing import (
    parse_addresses,
    parse_disk,
    parse_memory,
    parse_number,
    parse_os_release,
)
from leadengine_ctl.hosts.ports import port_owners
from leadengine_ctl.hosts.text import plain

_DOCKER_ROOT = "/var/lib/docker"
_ENGINE_FACTS = '{"version":{{json .ServerVersion}},"root":{{json .DockerRootDir}}}'


@dataclass(frozen=True)
class Engine:
    """The Docker Engine that answers, and where it keeps its data."""

    version: str
    root: str


def find_engine(runner: Runner) -> Engine | None:
    """The engine, or None when none answers."""
    # Exit code 0 and an empty version is how `docker info` says that the daemon is down.
    answer = runner.run(("docker", "info", "--format", _ENGINE_FACTS))
    try:
        facts = json.loads(answer.out)
        version, root = str(facts["version"]), str(facts["root"])
    except (ValueError, LookupError, TypeError):
        return None
    if answer.code or not version:
        return None
    return Engine(plain(version, 40), root)


def look(runner: Runner, *, privileged: bool) -> HostFacts:
    """See `Host.facts`."""
    engine = find_engine(runner)
    system = parse_os_release(said(runner, "cat", "/etc/os-release"))
    disk_total, disk_free = docker_disk(runner, engine)
    return HostFacts(
        os_id=system.get("ID", ""),
        os_version=system.get("VERSION_ID", ""),
        os_name=system.get("PRETTY_NAME", "an unknown system"),
        arch=plain(said(runner, "uname", "-m"), 20),
        cores=int(parse_number(said(runner, "nproc"))),
        memory=parse_memory(said(runner, "cat", "/proc/meminfo")),
        disk_total=disk_total,
        disk_free=disk_free,
        engine=engine.version if engine else None,
        privileged=privileged,
        systemd=runner.run(("test", "-d", "/run/systemd/system")).code == 0,
        ports=port_owners(runner, has_engine=engine is not None),
        clock_skew=clock_skew(runner),
        addresses=parse_addresses(said(runner, "ip", "-json", "address")),
        agent=agent_version(runner) if engine else None,
    )


def agent_version(runner: Runner) -> str | None:
    """The version of the running executor, None when none runs."""
    form = '{{if .State.Running}}{{index .Config.Labels "leadengine.agent-version"}}{{end}}'
    answer = said(runner, "docker", "container", "inspect", "--format", form, EXECUTOR)
    return plain(answer, 64) or None


def docker_disk(runner: Runner, engine: Engine | None = None) -> tuple[int, int]:
    """Total and free bytes where Docker's data is, or will be: the nearest folder that exists."""
    found = engine or find_engine(runner)
    for folder in (found.root if found else _DOCKER_ROOT, "/var/lib", "/"):
        answer = runner.run(("df", "-P", "-B1", "--", folder))
        if answer.code == 0:
            return parse_disk(answer.out.decode(errors="replace"))
    return 0, 0


def clock_skew(runner: Runner) -> float:
    """The host's clock minus ours; the way there and back counts half."""
    before = time.time()
    there = parse_number(said(runner, "date", "-u", "+%s.%N"))
    middle = (before + time.time()) / 2
    return there - middle if there else 0.0
