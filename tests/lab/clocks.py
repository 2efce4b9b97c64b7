"""A lab host whose agent has another clock than the world: every Python of it, one-off containers too.

All containers of the lab share the kernel's clock, so the agent's image gets libfaketime. What is written in
Go (Docker, restic) keeps the right time, and so do the client's own containers.
"""

import json

from leadengine_agent.containers import CONFIG_LABEL, EXECUTOR, REPORTER
from tests.lab.operator import wait_until
from tests.lab.releases import derive
from tests.lab.vps import Vps

_IMAGE = "leadengine/lab-agent-clock:dev"
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
INSTALL = (
    "RUN apt-get update && apt-get install --yes --no-install-recommends libfaketime"
    " && rm -rf /var/lib/apt/lists/*"
)


def faked(clock: str) -> dict[str, str]:
    """What gives a program another clock, as libfaketime reads it."""
    return {"LD_PRELOAD": LIBRARY, "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class HostClock:
    """The clock of one prepared host's agent."""

    def __init__(self, vps: Vps) -> None:
        self._vps = vps
        derive("agent-clock", INSTALL, base="leadengine/agent:dev")
        vps.load_images(_IMAGE)
        inspect = ("docker", "container", "inspect", "--format")
        form = "{{.Config.Image}}"
        self._original = vps.run(*inspect, form, EXECUTOR).stdout.strip()
        form = f'{{{{index .Config.Labels "{CONFIG_LABEL}"}}}}'
        self._labels = vps.run(*inspect, form, EXECUTOR, REPORTER).stdout.split()

    def set(self, clock: str) -> None:
        """Set the clock, as libfaketime reads it; empty: right. The agent is started anew for it."""
        image = self._falsified(clock) if clock else self._original
        told = self._vps.run("docker", "run", "--rm", image, "containers", image).stdout
        self._vps.run("docker", "rm", "--force", REPORTER, EXECUTOR)
        for words, label in zip(json.loads(told), self._labels, strict=True):
            # Or the next deploy would see another agent, and bring the right one back.
            words[words.index("--label") + 1] = f"{CONFIG_LABEL}={label}"
            self._vps.run(*words)
        wait_until(lambda: "ready" in self._vps.run("docker", "logs", REPORTER).stderr, 60)

    def now(self) -> float:
        """What the executor takes for the time."""
        ask = ("python3", "-c", "import time; print(time.time())")
        return float(self._vps.run("docker", "exec", EXECUTOR, *ask).stdout)

    def _falsified(self, clock: str) -> str:
        changes = [
            word
            for name, value in faked(clock).items()
            for word in ("--change", f'ENV {name}="{value}"')
        ]
        made = self._vps.run("docker", "create", _IMAGE).stdout.strip()
        image = self._vps.run("docker", "commit", *changes, made).stdout.strip()
        self._vps.run("docker", "rm", made)
        return image
