"""Read a manifest that was verified: is it what was ordered, can this host run it, are its files whole?"""

import json
from pathlib import Path

from pydantic import ValidationError

from leadengine_agent import __version__
from leadengine_agent.protocol import InstallRelease, Release
from leadengine_agent.trust.verify import refusal
from leadengine_agent.values import digest_of, version_key


def read_manifest(order: InstallRelease, engine: str) -> Release:
    """The release that an order brings.

    Args:
        engine: the version of this host's Docker Engine.

    Raises:
        TaskFailure: it is for newer agents or engines, for another version, or its files are not
            the ones it names.
    """
    # Before the whole is read: what an older agent cannot read should say that it is too old.
    values = json.loads(order.manifest)
    _check_floor(order.version, "agent", str(values.get("agent_floor", "0.0.0")), __version__)
    _check_floor(order.version, "Docker Engine", str(values.get("engine_floor", "0.0.0")), engine)
    try:
        release = Release.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        raise refusal(order.version, f"Its manifest is not valid: {problem['msg']}.") from error
    if release.version != order.version:
        raise refusal(order.version, f"Its manifest is that of release {release.version}.")
    _check_files(order, release)
    return release


def _check_floor(version: str, what: str, floor: str, found: str) -> None:
    if version_key(found) < version_key(floor):
        raise refusal(version, f"It needs {what} {floor} or newer; this host has {found}.")


def _check_files(order: InstallRelease, release: Release) -> None:
    extra = sorted(order.files.keys() - release.templates.keys())
    if extra:
        raise refusal(order.version, f"The file {extra[0]} is not named by its manifest.")
    for name, digest in release.templates.items():
        path = Path(name)
        sound = not path.is_absolute() and ".." not in path.parts
        if not sound or digest_of(order.files.get(name, "")) != digest:
            raise refusal(order.version, f"The file {name} is not the one its manifest names.")
