"""`decommission`: remove a stack and all its data."""

from typing import Any

from leadengine_agent import docker
from leadengine_agent.executor.steps import Did
from leadengine_agent.files import remove_tree
from leadengine_agent.protocol import Decommission
from leadengine_agent.rendering import project_name
from leadengine_agent.tasks.context import Context

STEPS = ("containers", "networks", "volumes", "files")


def run(order: Decommission, context: Context) -> dict[str, Any]:
    """Remove containers, networks, volumes and files, found by label, whatever state they are in."""
    label = f"label=com.docker.compose.project={project_name(order.client)}"
    steps = context.steps
    steps.run("containers", lambda: _containers(order.client, label))
    steps.run("networks", lambda: _remove("network", label))
    steps.run("volumes", lambda: _remove("volume", label))
    steps.run("files", lambda: _files(order.client, context))
    return {"changed": steps.changed}


def _containers(client: str, label: str) -> Did:
    docker.reap_one_offs(client)
    found = docker.containers(label)
    docker.remove_containers(each["Id"] for each in found)
    return Did(bool(found), f"{len(found)} removed")


def _remove(kind: str, label: str) -> Did:
    names = docker.docker(kind, "ls", "--quiet", "--filter", label).split()
    for name in names:
        docker.docker(kind, "rm", name)
    return Did(bool(names), f"{len(names)} removed")


def _files(client: str, context: Context) -> Did:
    folder = context.layout.stack(client).root
    existed = folder.exists()
    remove_tree(folder)
    return Did(existed)
