"""`install-release`: verify a release, keep it on the host and have its images ready."""

import json
import tempfile
from pathlib import Path
from typing import Any

from leadengine_agent import docker
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, tells_of_full_disk
from leadengine_agent.files import remove_tree, sync_directory, write_atomically
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import (
    FailureCode,
    ImageRef,
    InstallRelease,
    RegistryLogin,
    Release,
)
from leadengine_agent.records import current_record
from leadengine_agent.tasks.context import Context
from leadengine_agent.trust.manifest import read_manifest
from leadengine_agent.trust.publications import Publication
from leadengine_agent.trust.verify import Verifier, refusal


def run(order: InstallRelease, context: Context) -> dict[str, Any]:
    """Verify and store the release, and see that each image is here."""
    folder = context.layout.release(order.version)
    context.steps.run("release", lambda: _store(order, folder, context.layout))
    release = Release.model_validate_json((folder / "release.json").read_text())
    context.steps.run("images", lambda: _fetch(release, order.login))
    return {}


def _store(order: InstallRelease, folder: Path, layout: HostLayout) -> Did:
    is_here = _is_here(order, folder)
    if not (is_here and _is_known(order, layout)):
        publication = Verifier(layout).verify(order)
        _refuse_yanked(publication, layout)
    release = read_manifest(order, docker.engine_version())
    if is_here:
        return Did(False, f"release {order.version} is here")
    _write(order, release, folder)
    return Did(True, f"release {order.version} kept")


def _is_here(order: InstallRelease, folder: Path) -> bool:
    path = folder / "release.json"
    return path.exists() and path.read_text() == order.manifest


def _is_known(order: InstallRelease, layout: HostLayout) -> bool:
    """True when the order brings no news: a release that is here stays usable when its publisher
    is late with new metadata."""
    path = layout.trust / "timestamp.json"
    return path.exists() and path.read_text() == order.metadata.get("timestamp.json")


def _refuse_yanked(publication: Publication, layout: HostLayout) -> None:
    """A yanked release goes to no stack that does not have it already."""
    records = (current_record(stack) for stack in layout.stacks())
    runs = any(record and record.release == publication.version for record in records)
    if publication.yanked and not runs:
        why = f"Its publisher has withdrawn it: {publication.yanked}"
        raise refusal(publication.version, why)


def _write(order: InstallRelease, release: Release, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}.new")
    remove_tree(draft)
    draft.mkdir(mode=0o700, parents=True)
    for name in release.templates:
        target = draft / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, order.files[name])
    write_atomically(draft / "release.json", order.manifest)
    remove_tree(folder)
    draft.rename(folder)
    sync_directory(folder.parent)


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
        if tells_of_full_disk(text):
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
