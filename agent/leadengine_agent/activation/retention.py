"""Releases that no generation of this host needs any more are removed, with the images only they used."""

import time
from pathlib import Path

from leadengine_agent import docker
from leadengine_agent.docker import DockerError
from leadengine_agent.files import remove_tree
from leadengine_agent.generations import Generations
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Release

_FRESH = 86_400.0
"""Seconds that a release stays which nobody uses yet: it may have been brought for a later activation."""


def prune_releases(host: HostLayout) -> int:
    """Remove what is not needed; returns how many releases that were.

    A release with an image that Docker does not let go, because a container still has it, stays.
    """
    folders = {path.parent.name: path.parent for path in host.releases.glob("[0-9]*/release.json")}
    unneeded = folders.keys() - _needed(host)
    going = [folders[version] for version in sorted(unneeded) if _is_old(folders[version])]
    staying = [path for path in folders.values() if path not in going]
    unused = _images(going) - _images(staying)
    held = {image for image in unused if not _remove_image(image)}
    gone = [folder for folder in going if not _images([folder]) & held]
    for folder in gone:
        remove_tree(folder)
    return len(gone)


def _needed(host: HostLayout) -> set[str]:
    return {each.release for stack in host.stacks() for each in Generations(stack).all()}


def _is_old(folder: Path) -> bool:
    return time.time() - folder.stat().st_mtime > _FRESH


def _images(folders: list[Path]) -> set[str]:
    texts = ((folder / "release.json").read_text(encoding="utf-8") for folder in folders)
    releases = [Release.model_validate_json(text) for text in texts]
    # The agent's own image is not a stack's: whoever replaces the agent removes it.
    return {ref.reference for release in releases for ref in release.images.values()}


def _remove_image(reference: str) -> bool:
    """True when the image is gone."""
    try:
        docker.docker("image", "rm", reference)
    except DockerError as error:
        return "no such image" in error.text.lower()
    return True
