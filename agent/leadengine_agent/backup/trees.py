"""A tree of files as its sums say it is; standard library only, for one-off containers."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_BLOCK = 1 << 20


def entries(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """`(path below root, what the file system says)` of all that can be kept, parents first."""
    status = root.lstat()
    yield "", status
    if not stat.S_ISDIR(status.st_mode):
        return
    for each in sorted(os.scandir(root), key=lambda found: found.name):
        for below, found in entries(Path(each.path)):
            yield f"{each.name}/{below}".rstrip("/"), found


def is_kept(status: os.stat_result) -> bool:
    """Sockets, pipes and devices are no data."""
    return any(kind(status.st_mode) for kind in (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK))


def sum_of(path: Path, status: os.stat_result) -> dict[str, Any]:
    """A `FileSum` without the content's hash."""
    mode = status.st_mode
    kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "link"
    return {
        "kind": kind,
        # A link's own rights mean nothing.
        "mode": 0o777 if kind == "link" else stat.S_IMODE(mode),
        "owner": status.st_uid,
        "group": status.st_gid,
        # Restoring what is in a folder changes its time, and a link's cannot be set everywhere.
        "modified": int(status.st_mtime) if kind == "file" else 0,
        "size": status.st_size if kind == "file" else 0,
        "sha256": "",
        "target": str(path.readlink()) if kind == "link" else "",
    }


def tree_sums(root: Path, prefix: str) -> dict[str, dict[str, Any]]:
    """Path in the archive -> `FileSum`, read from disk."""
    found = {}
    for below, status in entries(root):
        if is_kept(status):
            path = root / below if below else root
            total = sum_of(path, status)
            if total["kind"] == "file":
                with path.open("rb") as file:
                    total["sha256"] = digest(file)
            found[f"{prefix}/{below}".rstrip("/")] = total
    return found


def digest(file: IO[bytes]) -> str:
    whole = hashlib.sha256()
    while block := file.read(_BLOCK):
        whole.update(block)
    return whole.hexdigest()


class Hashing:
    """A file that is read once, and hashed on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._whole = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._whole.update(block)
        return block

    def hexdigest(self) -> str:
        return self._whole.hexdigest()
