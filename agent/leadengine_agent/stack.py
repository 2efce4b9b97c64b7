"""One client's stack on this host: the pieces the tasks share."""

import json
from pathlib import Path
from typing import Any

from leadengine_agent.compose import Compose
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import Colour, FailureCode, Release, ServiceName, StackSpec
from leadengine_agent.records import Record
from leadengine_agent.rendering import project_name

DATA_SERVICES: tuple[ServiceName, ...] = ("db", "redis", "chromadb")


def data_services(spec: StackSpec) -> tuple[ServiceName, ...]:
    """Those that the stack runs itself."""
    if not spec.elsewhere:
        return DATA_SERVICES
    return () if spec.vectors_url else ("chromadb",)


def api_service(colour: Colour) -> ServiceName:
    return "api-blue" if colour == "blue" else "api-green"


def other_colour(colour: Colour) -> Colour:
    return "green" if colour == "blue" else "blue"


def services_of(record: Record) -> tuple[ServiceName, ...]:
    """The services that run when this generation is current."""
    return (*data_services(record.spec), api_service(record.colour), "worker", "nginx")


def compose_of(layout: StackLayout, record: Record) -> Compose:
    return Compose(project_name(layout.client), layout.generations / str(record.number))


def load_release(host: HostLayout, version: str) -> tuple[Release, dict[str, str]]:
    """A release that was installed on this host, with its templates.

    Raises:
        TaskFailure: it was not.
    """
    folder = host.release(version)
    manifest = folder / "release.json"
    if not manifest.exists():
        raise TaskFailure(
            FailureCode.NOT_FOUND,
            f"Release {version} is not on this host.",
            "It was not sent, or it was removed.",
            "Run the deploy again: releases are sent first.",
        )
    release = Release.model_validate_json(manifest.read_text())
    return release, {name: (folder / name).read_text() for name in release.templates}


def read_state(layout: StackLayout, name: str) -> dict[str, Any]:
    """A small JSON note of this stack; empty when there is none."""
    path = _note(layout, name)
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def write_state(layout: StackLayout, name: str, value: dict[str, Any]) -> None:
    write_atomically(_note(layout, name), json.dumps(value), mode=0o600)


def forget_state(layout: StackLayout, name: str) -> None:
    _note(layout, name).unlink(missing_ok=True)


def _note(layout: StackLayout, name: str) -> Path:
    return layout.state / f"{name}.json"
