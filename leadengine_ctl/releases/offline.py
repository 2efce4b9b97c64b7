"""A release as one file: the metadata that proves it, manifest, templates and images.

Inside, it is a repository in small, beside `images.tar` and the `version` it is about.
"""

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    with ExitStack() as open_while_used:
        try:
            tar = open_while_used.enter_context(tarfile.open(path, "r:gz"))
            unpacked = TemporaryDirectory(prefix=".lectl-", dir=path.parent)
            folder = Path(open_while_used.enter_context(unpacked))
            tar.extractall(folder, filter="data")
            version = _Named(version=(folder / _VERSION).read_text()[:100]).version
        except FileNotFoundError:
            raise NotFoundError(
                f"There is no file {path}", "", "Name a file of 'lectl release bundle'."
            ) from None
        except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error) as error:
            raise NotAllowedError(
                f"{path} is no release",
                "It cannot be unpacked: it was cut off, or is something else.",
                "Get the file again from the publisher.",
            ) from error
        yield Opened(version=version, folder=folder)


def _add(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    content = text.encode()
    member.size = len(content)
    member.mode = 0o644
    tar.addfile(member, BytesIO(content))
