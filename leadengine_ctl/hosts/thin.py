"""Make the archive that `docker load` needs on a host that has some of the layers already.

Engines skip the content of a layer whose chain they know, so it need not be in the archive.
"""

import json
import tarfile
import zlib
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from typing import IO

from leadengine_ctl.hosts.archive import Archive, SavedImage
from leadengine_ctl.hosts.layers import chain_ids

_PIECE = 256 * 1024
_BLOCK = 512
_GZIP = 31
"""zlib's window bits that give a gzip stream."""


def wanted_layers(images: Iterable[SavedImage], known: frozenset[str]) -> dict[str, str]:
    """Diff id -> member of each layer that must travel, once each.

    Args:
        known: chain ids of the host.
    """
    return {
        diff_id: member
        for image in images
        for diff_id, chain, member in zip(
            image.diff_ids, chain_ids(image.diff_ids), image.members, strict=True
        )
        if chain not in known
    }


def pack(
    archive: Archive, layers: Mapping[str, str], tags: Mapping[str, str]
) -> Generator[bytes, None, None]:
    """Yield the archive of all images with the content of `layers` only.

    Args:
        tags: image id -> the name it gets on the host, so that no clean-up takes it for a leftover.
    """
    yield from _small_file("manifest.json", _manifest(archive.images, tags))
    for image in archive.images:
        yield from _small_file(f"{_hex(image.id)}.json", image.config)
    for diff_id, member in layers.items():
        with closing(archive.open(member)) as file:
            yield from _file(_layer_name(diff_id), archive.size(member), file)
    yield bytes(2 * _BLOCK)


def compress(pieces: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    """The same as gzip, at the level that keeps up with a fast network."""
    packer = zlib.compressobj(level=1, wbits=_GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _manifest(images: Iterable[SavedImage], tags: Mapping[str, str]) -> bytes:
    entries = [
        {
            "Config": f"{_hex(image.id)}.json",
            "RepoTags": [tags[image.id]] if image.id in tags else None,
            "Layers": [_layer_name(diff_id) for diff_id in image.diff_ids],
        }
        for image in images
    ]
    return json.dumps(entries).encode()


def _layer_name(diff_id: str) -> str:
    return f"{_hex(diff_id)}/layer.tar"


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _small_file(name: str, content: bytes) -> Generator[bytes, None, None]:
    yield _header(name, len(content)) + content + _padding(len(content))


def _file(name: str, size: int, file: IO[bytes]) -> Generator[bytes, None, None]:
    yield _header(name, size)
    while piece := file.read(_PIECE):
        yield piece
    yield _padding(size)


def _header(name: str, size: int) -> bytes:
    header = tarfile.TarInfo(name)
    header.size = size
    return header.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)
