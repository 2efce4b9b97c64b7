"""`decommission`: remove a stack and all its data."""

from typing import Any

from leadengine_agent import docker
from leadengine_agent.executor.steps import Did
from leadengine_agent.files import remove_tree
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Decommission
from leadengine_agent.rendering import project_name
from leadengine_agent.tasks.context import Context

STEPS = ("containers", "networks", "volumes", "files")


def run(order: Decommission, context: Context) -> dict[str, Any]:
    """Remove containers, networks, volumes and files, found by label, whatever state they are in."""
    label = f"label=com.docker.compose.project={project_name(order.client)}"
    layout = context.layout.stack(order.client)
    steps = context.steps
    steps.run("containers", lambda: _containers(layout, label))
    steps.run("networks", lambda: _remove("network", label))
    steps.run("volumes", lambda: _volumes(layout, label))
    steps.run("files", lambda: _files(layout))
    return {"changed": steps.changed}


def _containers(layout: StackLayout, label: str) -> Did:
    # First of all nothing counts as done any more: a deploy after a kill must not take an empty
    # database for the one it migrated and seeded.
    layout.current.unlink(missing_ok=True)
    remove_tree(layout.state)
    docker.reap_one_offs(layout.client)
    found = docker.containers(label)
    docker.remove_containers(each["Id"] for each in found)
    return Did(bool(found), f"{len(found)} removed")


def _remove(kind: str, label: str) -> Did:
    names = docker.docker(kind, "ls", "--quiet", "--filter", label).split()
    for name in names:
        docker.docker(kind, "rm", name)
    return Did(bool(names), f"{len(names)} removed")


def _volumes(layout: StackLayout, label: str) -> Did:
    did = _remove("volume", label)
    # The account is gone with the data; the next one gets a password that somebody will see.
    (layout.secrets / "admin_password").unlink(missing_ok=True)
    return did


def _files(layout: StackLayout) -> Did:
    existed = layout.root.exists()
    remove_tree(layout.root)
    return Did(existed)
