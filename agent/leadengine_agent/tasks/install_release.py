"""`install-release`: keep a release on the host and have its images ready."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from leadengine_agent import docker
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import remove_tree, sync_directory, write_atomically
from leadengine_agent.protocol import (
    FailureCode,
    ImageRef,
    InstallRelease,
    RegistryLogin,
    Release,
)
from leadengine_agent.tasks.context import Context


def run(order: InstallRelease, context: Context) -> dict[str, Any]:
    """Store the release's files under their hashes and see that each image is here."""
    folder = context.layout.release(order.release.version)
    context.steps.run("release", lambda: _store(order, folder))
    context.steps.run("images", lambda: _fetch(order.release, order.login))
    return {}


def _store(order: InstallRelease, folder: Path) -> Did:
    manifest = order.release.model_dump_json(indent=2)
    path = folder / "release.json"
    if path.exists() and path.read_text() == manifest:
        return Did(False, f"release {order.release.version} is here")
    _check_hashes(order)
    draft = folder.with_name(f".{folder.name}.new")
    remove_tree(draft)
    draft.mkdir(mode=0o700, parents=True)
    for name in order.release.templates:
        target = draft / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, order.files[name])
    write_atomically(draft / "release.json", manifest)
    remove_tree(folder)
    draft.rename(folder)
    sync_directory(folder.parent)
    return Did(True, f"release {order.release.version} kept")


def _check_hashes(order: InstallRelease) -> None:
    for name, digest in order.release.templates.items():
        content = order.files.get(name, "").encode()
        path = Path(name)
        sound = not path.is_absolute() and ".." not in path.parts
        if not sound or f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise TaskFailure(
                FailureCode.INVALID,
                f"Release {order.release.version} was refused.",
                f"The file {name} is not the one its manifest names.",
                "Build or download the release again.",
            )


def _fetch(release: Release, login: RegistryLogin | None) -> Did:
    missing = [ref for ref in release.images.values() if not docker.has_image(ref.reference)]
    for ref in missing:
        if not ref.pulled:
            raise _not_carried(ref)
    if not missing:
        return Did(False, "every image is here")
    with tempfile.TemporaryDirectory() as folder:
        environment = {"DOCKER_CONFIG": _docker_config(Path(folder))}
        if login is not None:
            _log_in(login, environment)
        for ref in missing:
            _pull(ref, environment)
    return Did(True, f"{len(missing)} images pulled")


def _docker_config(folder: Path) -> str:
    """A throw-away client configuration, so that no credential stays on the host."""
    plugins = {"cliPluginsExtraDirs": ["/usr/libexec/docker/cli-plugins"]}
    (folder / "config.json").write_text(json.dumps(plugins))
    return str(folder)


def _log_in(login: RegistryLogin, environment: dict[str, str]) -> None:
    words = ("login", "--username", login.user, "--password-stdin", login.registry)
    try:
        docker.docker(*words, stdin=login.password.get_secret_value(), environment=environment)
    except DockerError as error:
        raise _registry_failure(
            f"The registry {login.registry} did not let us in.", error
        ) from error


def _pull(ref: ImageRef, environment: dict[str, str]) -> None:
    try:
        docker.docker("pull", "--quiet", ref.reference, timeout=900, environment=environment)
    except DockerError as error:
        text = error.text.lower()
        if "no space left on device" in text:
            raise docker.failure_of(error, "") from error
        if "manifest unknown" in text or "not found" in text:
            raise TaskFailure(
                FailureCode.IMAGE_MISSING,
                f"The registry does not have {ref.repository} by the release's digest.",
                str(error),
                "Publish the release's images again; a digest never changes its content.",
            ) from error
        raise _registry_failure(f"{ref.repository} could not be pulled.", error) from error


def _registry_failure(what: str, error: DockerError) -> TaskFailure:
    return TaskFailure(
        FailureCode.REGISTRY,
        what,
        str(error),
        "Check the registry's address and credentials, and that the host can reach it.",
    )


def _not_carried(ref: ImageRef) -> TaskFailure:
    return TaskFailure(
        FailureCode.IMAGE_MISSING,
        f"The image {ref.repository} is not on the host.",
        "It is not in a registry and was not carried here.",
        "Run the deploy again: missing images are sent first.",
    )
