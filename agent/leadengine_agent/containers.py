"""The two containers an agent is: their words for `docker run`, as pure functions.

`lectl` starts an agent with them, and an agent that updates itself asks the new image for its own.
`image` is the reference that Docker finds it by.
"""

import hashlib
import json
import sys

from leadengine_agent.paths import REPORTER as _REPORTS
from leadengine_agent.paths import ROOT

EXECUTOR = "leadengine-executor"
REPORTER = "leadengine-reporter"
CONFIG_LABEL = "leadengine.config"
_RUN = f"{ROOT}/agent/run"
_REPORTER_USER = "65532:65532"
_LEAN = ("--env", "MALLOC_ARENA_MAX=1", "--env", "MALLOC_TRIM_THRESHOLD_=131072")
"""Threads that mostly wait: memory pools for each, and keeping what was freed, are of no use to them."""

_CPU_SHARES = "256"
"""A quarter of what a container of a stack weighs: visitors come first where the processor is short."""


def executor_argv(image: str) -> tuple[str, ...]:
    """The executor: the Docker socket, the host's files, no network."""
    return _run(
        EXECUTOR,
        image,
        options=(
            *("--network", "none"),
            # Paths are the same inside and outside: compose files written here mount host paths.
            *("--volume", "/var/run/docker.sock:/var/run/docker.sock"),
            *("--volume", f"{ROOT}:{ROOT}"),
            *("--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER"),
            *("--env", f"LEADENGINE_AGENT_IMAGE={image}"),
            # Fifty operators may ask at one moment: each is a program in here, begun by ten threads.
            *("--memory", "1g", "--pids-limit", "1024", "--stop-timeout", "300"),
        ),
        command="executor",
    )


def reporter_argv(image: str) -> tuple[str, ...]:
    """The reporter: network and the executor's socket; nothing of Docker."""
    return _run(
        REPORTER,
        image,
        options=(
            *("--network", "bridge", "--user", _REPORTER_USER),
            *("--volume", f"{_RUN}:{_RUN}", "--volume", f"{_REPORTS}:{_REPORTS}"),
            *("--memory", "128m", "--pids-limit", "64"),
        ),
        command="reporter",
    )


def config_of(argv: tuple[str, ...]) -> str:
    """The value of the label by which an unchanged container is recognised."""
    at = argv.index("--label") + 1
    return argv[at].removeprefix(f"{CONFIG_LABEL}=")


def _run(name: str, image: str, options: tuple[str, ...], command: str) -> tuple[str, ...]:
    words = (
        *("--name", name, "--init", "--restart", "unless-stopped"),
        *("--read-only", "--tmpfs", "/tmp:size=64m"),  # noqa: S108 - the container's own
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--log-driver", "local", "--log-opt", "max-size=10m", "--log-opt", "max-file=3"),
        *("--cpu-shares", _CPU_SHARES),
        *_LEAN,
        *options,
    )
    end = (image, command)
    digest = hashlib.sha256(json.dumps([*words, *end]).encode()).hexdigest()[:32]
    return ("docker", "run", "--detach", *words, "--label", f"{CONFIG_LABEL}={digest}", *end)


def main(words: list[str]) -> int:
    """`containers IMAGE`: how this version of the agent wants to be started."""
    if len(words) != 1:
        sys.stderr.write("usage: leadengine-agent containers IMAGE\n")
        return 2
    sys.stdout.write(json.dumps([executor_argv(words[0]), reporter_argv(words[0])]) + "\n")
    return 0
