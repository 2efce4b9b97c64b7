"""Archives without the layers a host has: made of small ones that stand in for `docker save`."""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.archive import Archive
from leadengine_ctl.hosts.layers import chain_ids
from leadengine_ctl.hosts.thin import compress, pack, wanted_layers

LAYERS = tuple(bytes([number]) * (700 + number) for number in range(4))


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def config(*layers: bytes) -> bytes:
    return json.dumps({"rootfs": {"diff_ids": [sha256(layer) for layer in layers]}}).encode()


ONE = config(*LAYERS[:3])
TWO = config(LAYERS[0], LAYERS[3])


def write(path: Path, files: dict[str, bytes], links: dict[str, str]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)


def write_like_engine_20(path: Path) -> None:
    """Layers under names of their own, shared ones as links, the manifest last."""
    names = ("aa/layer.tar", "bb/layer.tar", "cc/layer.tar")
    manifest = [
        {"Config": "one.json", "RepoTags": None, "Layers": list(names)},
        {"Config": "two.json", "RepoTags": None, "Layers": ["dd/layer.tar", "ee/layer.tar"]},
    ]
    files = dict(zip(names, LAYERS[:3], strict=True)) | {"ee/layer.tar": LAYERS[3]}
    files |= {"one.json": ONE, "two.json": TWO, "manifest.json": json.dumps(manifest).encode()}
    write(path, files, {"dd/layer.tar": "../aa/layer.tar"})


def write_like_engine_25(path: Path) -> None:
    """An OCI layout with the old manifest beside it."""
    blobs = {f"blobs/sha256/{sha256(each)[7:]}": each for each in (*LAYERS, ONE, TWO)}
    name = {content: path for path, content in blobs.items()}
    manifest = [
        {"Config": name[ONE], "RepoTags": [], "Layers": [name[each] for each in LAYERS[:3]]},
        {"Config": name[TWO], "RepoTags": [], "Layers": [name[LAYERS[0]], name[LAYERS[3]]]},
    ]
    write(path, {"manifest.json": json.dumps(manifest).encode(), **blobs}, {})


@pytest.fixture(params=[write_like_engine_20, write_like_engine_25])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    path = tmp_path / "saved.tar"
    request.param(path)
    with Archive(path) as opened:
        yield opened


def unpack(packed: Generator[bytes, None, None]) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(packed))) as tar:
        files = {member.name: tar.extractfile(member) for member in tar.getmembers()}
        return {name: file.read() for name, file in files.items() if file}


def layer_file(content: bytes) -> str:
    return f"{sha256(content)[7:]}/layer.tar"


def test_archive_tells_its_images_by_their_ids(archive: Archive) -> None:
    assert [image.id for image in archive.images] == [sha256(ONE), sha256(TWO)]


def test_whole_archive_has_every_layer_once(archive: Archive) -> None:
    files = unpack(pack(archive, wanted_layers(archive.images, frozenset()), {}))
    layers = {name: content for name, content in files.items() if name.endswith("layer.tar")}
    assert layers == {layer_file(content): content for content in LAYERS}
    assert files[f"{sha256(ONE)[7:]}.json"] == ONE


def test_layers_whose_chain_the_host_has_stay_here(archive: Archive) -> None:
    known = frozenset(chain_ids([sha256(each) for each in LAYERS[:2]]))
    wanted = wanted_layers(archive.images, known)
    assert set(wanted) == {sha256(LAYERS[2]), sha256(LAYERS[3])}
    files = unpack(pack(archive, wanted, {}))
    assert layer_file(LAYERS[0]) not in files
    assert files[layer_file(LAYERS[3])] == LAYERS[3]


def test_layer_the_host_has_upon_other_layers_travels(archive: Archive) -> None:
    known = frozenset(chain_ids([sha256(LAYERS[3]), sha256(LAYERS[0])])[1:])
    assert sha256(LAYERS[0]) in wanted_layers(archive.images, known)


def test_manifest_names_every_layer_sent_or_not_and_the_tag(archive: Archive) -> None:
    known = frozenset(chain_ids([sha256(each) for each in LAYERS[:3]]))
    tags = {sha256(ONE): "leadengine/one:abc"}
    packed = pack(archive, wanted_layers(archive.images, known), tags)
    one, two = json.loads(unpack(packed)["manifest.json"])
    assert one == {
        "Config": f"{sha256(ONE)[7:]}.json",
        "RepoTags": ["leadengine/one:abc"],
        "Layers": [layer_file(each) for each in LAYERS[:3]],
    }
    assert two["RepoTags"] is None


def test_compressed_archive_is_the_same_as_gzip(archive: Archive) -> None:
    layers = wanted_layers(archive.images, frozenset())
    packed = b"".join(compress(pack(archive, layers, {})))
    assert zlib.decompress(packed, wbits=31) == b"".join(pack(archive, layers, {}))


def test_archive_that_lacks_what_its_manifest_names_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.tar"
    write(path, {"manifest.json": b'[{"Config": "gone.json", "Layers": []}]'}, {})
    with pytest.raises(LeadEngineError, match="no archive of images"):
        Archive(path)


def test_chain_ids_are_those_of_the_image_specification() -> None:
    first, second = sha256(b"a"), sha256(b"b")
    assert chain_ids(()) == ()
    assert chain_ids((first, second)) == (first, sha256(f"{first} {second}".encode()))
