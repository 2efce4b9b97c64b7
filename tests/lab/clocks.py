"""A lab host whose agent has another clock than the world: every Python of it, one-off containers too.

All containers of the lab share the kernel's clock, so the agent's image gets libfaketime. What is written in
Go (Docker, restic) keeps the right time, and so do the client's own containers.
"""

import json

from tests.lab.operator import wait_until
from tests.lab.releases import derive
from tests.lab.vps import Vps

_IMAGE = "leadengine/lab-agent-clock:dev"
_LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
_INSTALL = (
    "RUN apt-get update && apt-get install --yes --no-install-recommends libfaketime"
    " && rm -rf /var/lib/apt/lists/*"
)


class HostClock:
    """The clock of one prepared host's agent."""

    def __init__(self, vps: Vps) -> None:
        self._vps = vps
        derive("agent-clock", _INSTALL, base="leadengine/agent:dev")
        vps.load_images(_IMAGE)
        form = ("--format", "{{.Config.Image}} {{.Image}}")
        inspect = ("docker", "container", "inspect", *form, "leadengine-executor")
        self._name, self._original = vps.run(*inspect).stdout.split()

    def set(self, clock: str) -> None:
        """Set the clock, as libfaketime reads it; empty: right. The agent is started anew for it."""
        self._vps.run("docker", "tag", self._original, self._name)
        if clock:
            self._falsify(clock)
        told = self._vps.run("docker", "run", "--rm", self._name, "containers", self._name).stdout
        self._vps.run("docker", "rm", "--force", "leadengine-reporter", "leadengine-executor")
        for words in json.loads(told):
            self._vps.run(*words)
        ready = ("docker", "logs", "leadengine-reporter")
        wait_until(lambda: "ready" in self._vps.run(*ready).stderr, 60)

    def now(self) -> float:
        """What the executor takes for the time."""
        ask = ("python3", "-c", "import time; print(time.time())")
        return float(self._vps.run("docker", "exec", "leadengine-executor", *ask).stdout)

    def _falsify(self, clock: str) -> None:
        settings = {
            "LD_PRELOAD": _LIBRARY,
            "FAKETIME": clock,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        changes = [
            word
            for name, value in settings.items()
            for word in ("--change", f'ENV {name}="{value}"')
        ]
        self._vps.run("docker", "create", "--name", "lab-clock", _IMAGE)
        self._vps.run("docker", "commit", *changes, "lab-clock", self._name)
        self._vps.run("docker", "rm", "lab-clock")
