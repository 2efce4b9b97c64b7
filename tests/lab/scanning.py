"""A port scan from another machine: a container of its own on the lab's network."""

import inspect

from tests.lab import ports
from tests.lab.engine import docker
from tests.lab.run import LABEL, Run

_SCANNER = "leadengine/agent:dev"
"""It has a Python, and nothing of it is used but that."""


def ports_open_to_a_neighbour(run: Run, address: str) -> set[int]:
    """Which of all 65,535 TCP ports of an address answer another host."""
    code = f"{inspect.getsource(ports)}\nprint(*sorted(open_ports({address!r})))\n"
    options = ("--rm", "--interactive", "--network", run.name, "--ulimit", "nofile=20000:20000")
    label = ("--label", f"{LABEL}={run.mark}", "--user", "65532")
    words = ("run", *options, *label, "--entrypoint", "python3", _SCANNER, "-")
    return set(map(int, docker(*words, stdin=code, timeout=300).stdout.split()))
