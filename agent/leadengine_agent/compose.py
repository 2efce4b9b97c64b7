"""Docker Compose on one rendered generation, and waiting for what it starts."""

import json
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from leadengine_agent.docker import DockerError, clean_lines, docker, inspect
from leadengine_agent.failures import TaskFailure, disk_full, tells_of_full_disk
from leadengine_agent.files import free_bytes
from leadengine_agent.protocol import FailureCode, ServiceName

_UP = ("up", "--detach", "--no-deps", "--no-build", "--quiet-pull")
_BOOTING, _SERVING = 128, 1024
"""Shares of the processor; the second is what everybody has."""

_NO_ROOM = 10_000_000
"""Bytes below which a database, for one, cannot start."""

_HASH = "com.docker.compose.config-hash"


class Compose:
    """Docker Compose on one rendered generation.

    Args:
        values: the file in the folder with what stands for the names in `compose.yaml`; empty: none do.
    """

    def __init__(self, project: str, folder: Path, values: str = "") -> None:
        self._words = (
            "compose", "--project-name", project, "--project-directory", str(folder),
            "--file", str(folder / "compose.yaml"), "--ansi", "never", "--progress", "quiet",
            *(("--env-file", str(folder / values)) if values else ()),
        )  # fmt: skip
        self.project = project

    def __call__(self, *words: str, timeout: float = 300) -> str:
        return docker(*self._words, *words, timeout=timeout)

    def up(self, *services: str) -> None:
        """Create or recreate just these services and start them; leaves unchanged ones alone."""
        self(*_UP, *services)

    def replace(self, service: ServiceName, grace: int) -> None:
        """As `up`, but a container that goes gets this many seconds for its last answers."""
        self(*_UP, "--timeout", str(grace), service, timeout=grace + 300)

    def hold_back(self, service: ServiceName) -> None:
        """Let a service that boots give way where the processor is short, until `let_go`.

        One that ended already is left to whoever waits for it: they know what to say of it.
        """
        with suppress(DockerError):
            self._weigh(service, _BOOTING)

    def let_go(self, service: ServiceName) -> None:
        """Give a service its whole share again. Raises DockerError."""
        self._weigh(service, _SERVING)

    def _weigh(self, service: ServiceName, shares: int) -> None:
        docker("update", "--cpu-shares", str(shares), self.name_of(service))

    def run(self, service: str, timeout: float) -> str:
        """Run a one-off service to its end; its standard output."""
        return self("run", "--rm", "--no-deps", "--no-TTY", service, timeout=timeout)

    def stop(self, service: str, grace: int) -> None:
        """Ask a service to end, and wait for it up to `grace` seconds. It stays, with its log."""
        self("stop", "--timeout", str(grace), service, timeout=grace + 60)

    def differing(self, services: Sequence[ServiceName]) -> tuple[ServiceName, ...]:
        """Those of the services whose container this rendering would replace by another."""
        if not services:
            return ()
        lines = self("config", "--hash", ",".join(services)).splitlines()
        wanted = dict(line.split() for line in lines)
        found = {name: self.container(name) for name in services}
        return tuple(
            name
            for name, each in found.items()
            if each and each["Config"]["Labels"].get(_HASH) != wanted[name]
        )

    def container(self, service: str) -> dict[str, Any] | None:
        """The service's container, if there is one."""
        return inspect(self.name_of(service))

    def name_of(self, service: str) -> str:
        """What Docker calls the service's container."""
        return f"{self.project}-{service}-1"

    def gauges(self, api: ServiceName) -> dict[str, Any]:
        """What an api counts and measures (docs/reference/stack.md). Raises DockerError."""
        words = ("exec", self.name_of(api), "leadengine-admin", "gauges")
        found: dict[str, Any] = json.loads(docker(*words, timeout=15))
        return found

    def logs(self, service: str, lines: int) -> tuple[str, ...]:
        """The last lines a service wrote, standard output and error together."""
        try:
            done = subprocess.run(
                ("docker", "logs", "--tail", str(lines), self.name_of(service)),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=30,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return ("(the log could not be read within 30 s)",)
        return clean_lines(done.stdout, lines)


def wait_until_ready(
    compose: Compose, service: str, deadline: float, probe: tuple[str, ...] = ()
) -> None:
    """Ask the service's own health command until it agrees.

    Docker's health checks run seldom, to cost little; at a switch seconds count, so we ask ourselves.

    Args:
        deadline: seconds to wait.
        probe: a stricter command than the container's health check.

    Raises:
        TaskFailure: it ended, or did not become ready in time; carries its last log lines.
    """
    end = time.monotonic() + deadline
    name = compose.name_of(service)
    restarts, objection = None, "its process does not run"
    while True:
        found = inspect(name)
        if found is None:
            raise _unready(compose, service, "its container is gone")
        # Only what happens while we wait counts: a disk that was full left restarts behind.
        restarts = found["RestartCount"] if restarts is None else restarts
        if found["RestartCount"] > restarts + 2:
            raise _unready(compose, service, "its process ended again and again")
        command = probe or tuple(found["Config"]["Healthcheck"]["Test"][1:])
        if found["State"]["Running"]:
            objection = _objection(name, command)
            if not objection:
                return
        if time.monotonic() > end:
            why = f"it was not ready after {deadline:.0f} s: {objection}"
            raise _unready(compose, service, why)
        time.sleep(0.25)


def _objection(name: str, command: tuple[str, ...]) -> str:
    """What a health command has against its service; empty: nothing."""
    try:
        docker("exec", name, *command, timeout=15)
    except DockerError as error:
        return str(error).rstrip(".")
    return ""


def _unready(compose: Compose, service: str, why: str) -> TaskFailure:
    logs = compose.logs(service, 30)
    # Where nothing can be written, no log tells of it. Our own root lies where the engine keeps containers.
    if tells_of_full_disk("\n".join(logs)) or free_bytes(Path("/")) < _NO_ROOM:
        return disk_full(f"The service '{service}' could not write.", logs)
    return TaskFailure(
        FailureCode.UNHEALTHY,
        f"The service '{service}' did not become healthy.",
        f"{why[0].upper()}{why[1:]}.",
        "Its last log lines are below; what served before still serves.",
        logs,
    )
