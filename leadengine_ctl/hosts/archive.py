"""Read what `docker save` wrote: which images, which layers, where they stand in the file."""

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from leadengine_ctl.errors import LeadEngineError


@dataclass(frozen=True)
class SavedImage:
    """One image of an archive.

    Attributes:
        id: `sha256:…` of the configuration, which is what Docker calls the image.
        config: the configuration's bytes.
        diff_ids: its layers, lowest first; `members` are their names in the archive.
    """

    id: str
    config: bytes
    diff_ids: tuple[str, ...]
    members: tuple[str, ...]


class Archive:
    """An open archive, as Engine 20.10 writes it or as OCI layout with a `manifest.json` (from 25 on).

    Raises:
        LeadEngineError: it is neither.
    """

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path)  # noqa: SIM115 - closed by __exit__
        self.images = tuple(self._read_image(entry) for entry in self._manifest())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tar.close()

    def open(self, member: str) -> IO[bytes]:
        """A file of the archive; a link (a layer that two images share) leads to its target."""
        try:
            file = self._tar.extractfile(member)
        except KeyError as error:
            raise _not_an_archive() from error
        if file is None:
            raise _not_an_archive()
        return file

    def size(self, member: str) -> int:
        """Bytes of a file of the archive."""
        with self.open(member) as file:
            return file.seek(0, io.SEEK_END)

    def _manifest(self) -> list[dict[str, object]]:
        with self.open("manifest.json") as file:
            entries: list[dict[str, object]] = json.load(file)
            return entries

    def _read_image(self, entry: dict[str, object]) -> SavedImage:
        with self.open(str(entry["Config"])) as file:
            config = file.read()
        layers = entry["Layers"]
        return SavedImage(
            id=f"sha256:{hashlib.sha256(config).hexdigest()}",
            config=config,
            diff_ids=tuple(json.loads(config)["rootfs"]["diff_ids"]),
            members=tuple(layers) if isinstance(layers, list) else (),
        )


def _not_an_archive() -> LeadEngineError:
    return LeadEngineError(
        "'docker save' wrote something that is no archive of images",
        "Its manifest or one of the files named there is missing.",
        "Update the Docker on this machine: Engine 20.10 and later are known to work.",
    )
