"""A disk whose power can be cut: what was not flushed is gone, as on a machine without power."""

import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.waiting import until

_SHUTDOWN = 0x8004587D
"""FS_IOC_SHUTDOWN: from here on the file system writes nothing any more."""
_WITHOUT_FLUSHING = struct.pack("I", 2)


@dataclass(frozen=True)
class Disk:
    """An ext4 file system in a file, mounted at `path`. It flushes by itself as late as it may."""

    image: Path
    path: Path

    def cut(self) -> None:
        """Cut the power: what is not on the disk by now will never be. Whoever writes gets an error."""
        handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, _WITHOUT_FLUSHING)
        finally:
            os.close(handle)

    def come_back(self) -> None:
        """Mount again what the disk has. Nobody may have a file open on it."""
        _run("umount", str(self.path))
        # A container that begins now may hold it, too: what were mounted then is the dead one.
        until(lambda: _is_free(self.image), "the disk, let go by all", 60)
        self.mount()

    def mount(self) -> None:
        _run("mount", "-o", "loop,commit=900", str(self.image), str(self.path))

    def flush(self) -> None:
        """What is written so far survives."""
        _run("sync", "--file-system", str(self.path))


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A new disk, its file in a folder; gone afterwards."""
    if os.geteuid() != 0:
        pytest.skip("needs root: it mounts a disk")
    made = Disk(folder / "disk.ext4", folder / "disk")
    made.path.mkdir()
    with made.image.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    _run("mkfs.ext4", "-q", "-F", str(made.image))
    made.mount()
    try:
        yield made
    finally:
        _run("umount", "--lazy", str(made.path))
        made.image.unlink()


def _is_free(image: Path) -> None:
    words = ("losetup", "--associated", str(image))
    assert not subprocess.run(words, check=True, capture_output=True, timeout=60).stdout


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
