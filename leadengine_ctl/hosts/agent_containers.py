"""The agent's containers, as the control plane starts them: the words are the agent's own."""

from leadengine_agent import containers
from leadengine_agent.containers import CONFIG_LABEL, EXECUTOR, REPORTER, config_of
from leadengine_agent.paths import ROOT
from leadengine_agent.protocol import ImageRef

__all__ = [
    "CLIENT_LABEL",
    "CONFIG_LABEL",
    "EXECUTOR",
    "REPORTER",
    "ROOT",
    "config_of",
    "executor_argv",
    "purge_argv",
    "reporter_argv",
]

CLIENT_LABEL = "leadengine.client"
"""What everything of a stack is labelled with, by the templates."""


def executor_argv(image: ImageRef) -> tuple[str, ...]:
    """The executor: the Docker socket, the host's files, no network."""
    return containers.executor_argv(image.reference)


def reporter_argv(image: ImageRef) -> tuple[str, ...]:
    """The reporter: network and the executor's socket; nothing of Docker."""
    return containers.reporter_argv(image.reference)


def purge_argv(image: str) -> tuple[str, ...]:
    """Remove the host's folder, also where our user may use Docker but is not root."""
    return (
        *("docker", "run", "--rm", "--network", "none", "--volume", "/var/lib:/var/lib"),
        *("--entrypoint", "rm", image, "-rf", "--", ROOT),
    )
