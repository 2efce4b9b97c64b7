"""A release as one file: the metadata that proves it, manifest, templates and images.

Inside, it is a repository in small, beside `images.tar` and the `version` it is about.
"""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from leadengine_agent.values import Frozen, Version
from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.repository import Repository

IMAGES = "images.tar"
_VERSION = "version"


class _Named(Frozen):
    version: Version


def write_bundle(repository: Repository, bundle: Bundle, images: Path, path: Path) -> None:
    """Write the file; `images` are those of the release. It appears whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    with tarfile.open(draft, "w:gz", compresslevel=1) as tar:
        _add(tar, _VERSION, bundle.release.version)
        for name, text in bundle.metadata.items():
            _add(tar, f"metadata/{name}", text)
        manifest = repository.draft(bundle.release.version).relative_to(repository.folder)
        _add(tar, str(manifest), bundle.manifest)
        for name, digest in bundle.release.templates.items():
            place = repository.template_path(digest).relative_to(repository.folder)
            _add(tar, str(place), bundle.files[name])
        tar.add(images, IMAGES)
    draft.rename(path)


class Opened(Frozen):
    """A file that was unpacked: the folder is a source to read releases from."""

    version: Version
    folder: Path


@contextmanager
def open_bundle(path: Path) -> Iterator[Opened]:
    """Unpack such a file beside it, for as long as it lasts; nothing of it is believed yet.

    Raises:
        NotFoundError: there is no such file.
        NotAllowedError: it is none of ours.
    """
    if not path.is_file():
        raise NotFoundError(
            f"There is no file {path}", "", "Name a file of 'lectl release bundle'."
        )
    with TemporaryDirectory(prefix=".lectl-", dir=path.parent) as name:
        folder = Path(name)
        try:
            with tarfile.open(path, "r:gz") as tar:
                tar.extractall(folder, filter="data")
            version = _Named(version=(folder / _VERSION).read_text()[:100]).version
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            raise NotAllowedError(
                f"{path} is no release",
                f"{type(error).__name__}: it cannot be unpacked.",
                "Get the file again from the publisher.",
            ) from error
        yield Opened(version=version, folder=folder)


def _add(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    content = text.encode()
    member.size = len(content)
    member.mode = 0o644
    tar.addfile(member, BytesIO(content))
