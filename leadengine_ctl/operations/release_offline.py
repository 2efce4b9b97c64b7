"""A release on its way to where no network reaches, and its arrival there."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, Report
from leadengine_ctl.hosts.image_files import read_images, write_images
from leadengine_ctl.hosts.local import LocalRunner
from leadengine_ctl.operations.base import World
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.offline import IMAGES, open_bundle, write_bundle
from leadengine_ctl.releases.reader import Reader


@dataclass(frozen=True)
class Arrived:
    """A release that was imported; `sent` are the bytes of images this machine lacked."""

    version: str
    publisher: str
    sent: int


def bundle_release(world: World, version: str, path: Path) -> int:
    """Write a release with its images to one file; returns the file's size in bytes.

    Raises:
        NotFoundError: there is no such release, or this machine lacks one of its images.
        NotAllowedError: it is withdrawn, or its images are in a registry.
    """
    repository, bundle = world.library.repository, world.library.load(version)
    _refuse(bundle)
    with TemporaryDirectory(prefix=".lectl-", dir=path.absolute().parent) as folder:
        images = Path(folder) / IMAGES
        write_images((*bundle.carried, bundle.release.agent), images)
        write_bundle(repository, bundle, images, path)
    return path.stat().st_size


def import_release(world: World, path: Path, publisher: str | None, report: Report) -> Arrived:
    """Take a release from a file: verified first, then its images into this machine's engine.

    Args:
        publisher: the fingerprint to believe; None: the one that is believed here already.

    Raises:
        NotAllowedError: a check failed.
    """
    repository, address = world.library.repository, HostAddress.parse("local")
    here = LocalRunner(address)
    with open_bundle(path) as opened:
        manifest = repository.draft(opened.version)
        is_new = not manifest.exists()
        Reader(repository, str(opened.folder), publisher).read(opened.version)
        bundle = world.library.load(opened.version)
        images = (*bundle.carried, bundle.release.agent)
        try:
            sent = read_images(here, address, images, opened.folder / IMAGES, report)
        except BaseException:
            # Without its images it could be chosen, and not deployed.
            if is_new:
                shutil.rmtree(manifest.parent)
            raise
    return Arrived(opened.version, repository.fingerprint, sent)


def _refuse(bundle: Bundle) -> None:
    release = bundle.release
    if bundle.publication.yanked:
        raise NotAllowedError(
            f"Release {release.version} is withdrawn",
            bundle.publication.yanked,
            "Bundle another one: 'lectl release list' shows which are good.",
        )
    if any(image.pulled for image in (*release.images.values(), release.agent)):
        raise NotAllowedError(
            f"Release {release.version} cannot travel as a file",
            "Its images are named by the digests of a registry, which an engine knows only from there.",
            "Build a release for such hosts without --registry, and bundle that.",
        )
