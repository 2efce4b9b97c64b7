"""Look at the engine, at what runs on it, and at what those are versions of."""

import json
import re
from typing import Any

from leadengine_ctl.hosts.agent_containers import CLIENT_LABEL
from leadengine_ctl.hosts.base import Runner
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import ENGINE
from leadengine_ctl.hosts.hardening.engine import parse
from leadengine_ctl.hosts.hardening.facts import EngineFacts
from leadengine_ctl.hosts.hardening.site import UnmetError
from leadengine_ctl.hosts.parsing import parse_listeners
from leadengine_ctl.hosts.text import plain

_COMPONENTS = "{{range .Server.Components}}{{.Name}} {{.Version}}\n{{end}}"
_FILES = (
    *("/etc/docker", ENGINE, "/var/run/docker.sock", "/run/containerd/containerd.sock"),
    *("/usr/lib/systemd/system/docker.service", "/usr/lib/systemd/system/docker.socket"),
)
_VERSIONS = {
    "db": ("postgres", ("postgres", "--version")),
    "redis": ("redis", ("redis-server", "--version")),
    "nginx": ("nginx", ("nginx", "-v")),
}
"""Service of a stack -> the component it is, and how that says its version."""


def look_at_engine(runner: Runner) -> EngineFacts | None:
    """None when no engine answers."""
    info = _json(runner, "docker", "info", "--format", "{{json .}}")
    if not isinstance(info, dict) or not info.get("ServerVersion"):
        return None
    options = _json(
        runner, "docker", "network", "inspect", "bridge", "--format", "{{json .Options}}"
    )
    try:
        settings = parse(said(runner, "cat", ENGINE))
    except UnmetError:
        settings = None
    parts = said(runner, "docker", "version", "--format", _COMPONENTS).splitlines()
    return EngineFacts(
        settings=settings,
        info=info,
        bridge=options if isinstance(options, dict) else {},
        components={line.split()[0]: plain(line.split()[-1], 40) for line in parts if line.strip()},
        files=_files(runner),
        listens=any(name == "dockerd" for _, name in parse_listeners(_listening(runner))),
    )


def find_containers(runner: Runner) -> tuple[dict[str, Any], ...]:
    """All running containers, whoever started them."""
    ids = said(runner, "docker", "ps", "--quiet", "--no-trunc").split()
    found = _json(runner, "docker", "inspect", *ids) if ids else []
    return tuple(found) if isinstance(found, list) else ()


def service_versions(
    runner: Runner, containers: tuple[dict[str, Any], ...]
) -> dict[str, tuple[str, ...]]:
    """What the data services and the web server of our stacks say of themselves."""
    found: dict[str, set[str]] = {}
    for each in containers:
        labels = each["Config"].get("Labels") or {}
        service = labels.get("com.docker.compose.service", "")
        if CLIENT_LABEL in labels and service in _VERSIONS:
            name, argv = _VERSIONS[service]
            ended = runner.run(("docker", "exec", str(each["Id"]), *argv))
            if version := re.search(r"\d+\.\d+(\.\d+)?", (ended.out + ended.err).decode("latin-1")):
                found.setdefault(name, set()).add(version[0])
    return {name: tuple(sorted(versions)) for name, versions in found.items()}


def _files(runner: Runner) -> dict[str, str]:
    told = runner.run(("stat", "--dereference", "--format=%n %U:%G %a", "--", *_FILES)).out
    words = (line.split(maxsplit=1) for line in told.decode(errors="replace").splitlines())
    return {path: plain(rest, 60) for path, rest in words}


def _listening(runner: Runner) -> str:
    return said(runner, "ss", "-ltnpH")


def _json(runner: Runner, *argv: str) -> Any:
    try:
        return json.loads(runner.run(argv, timeout=60).out)
    except ValueError:
        return None
