"""A release that travels as a file, to an operator without keys and a host without a registry."""

from pathlib import Path

import pytest

from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust, quiet
from leadengine_ctl.hosts.image_files import read_images
from leadengine_ctl.hosts.registry import open_runner
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.offline import IMAGES, open_bundle
from leadengine_ctl.releases.repository import Repository
from tests.lab.engine import docker
from tests.lab.operator import Operator, fingerprint
from tests.lab.releases import derive, publish
from tests.lab.vps import Vps

CLIENT, DOMAIN = "offline", "leads.offline.internal"


def release_of(operator: Operator, version: str) -> Bundle:
    return Library(Repository(operator.data / "releases")).load(version)


@pytest.fixture(scope="module")
def first(lab_operator: Operator) -> Path:
    """Release 1.0.0 as a file."""
    path = lab_operator.home / "first.tar.gz"
    lab_operator.must("release", "bundle", "1.0.0", "--output", str(path))
    return path


@pytest.fixture(scope="module")
def second(lab_operator: Operator) -> Path:
    """Release 1.1.0, whose api differs from the first one's by a layer."""
    api = derive("offline", "LABEL edition=two")
    publish(lab_operator, "1.1.0", {"api": api})
    path = lab_operator.home / "second.tar.gz"
    lab_operator.must("release", "bundle", "1.1.0", "--output", str(path))
    return path


@pytest.fixture(scope="module")
def client_it(tmp_path_factory: pytest.TempPathFactory, ssh_key: Path) -> Operator:
    """A person at the client's: no keys, no releases, nothing but the files."""
    return Operator(tmp_path_factory.mktemp("client-it"), ssh_key)


@pytest.mark.soak
def test_a_file_installs_and_updates_a_stack(
    lab_operator: Operator, client_it: Operator, first: Path, second: Path, prepared_vps: Vps
) -> None:
    publisher = Repository(lab_operator.data / "releases").fingerprint
    stranger = client_it.lectl("release", "import", str(first))
    assert stranger.code == 2
    assert "It is not known whose releases are at" in stranger.err
    other = "sha256:" + "0" * 64
    assert client_it.lectl("release", "import", str(first), "--publisher", other).code == 12
    assert client_it.must("release", "list", "--json").result["releases"] == []

    client_it.must("release", "import", str(first), "--publisher", publisher)
    key = fingerprint(prepared_vps)
    to = ("--host", prepared_vps.url, "--host-key", key, "--yes", "--json")
    deployed = client_it.must("deploy", CLIENT, DOMAIN, f"ops@{DOMAIN}", *to)
    assert deployed.result["release"] == "1.0.0"

    client_it.must("release", "import", str(second))
    updated = client_it.must("deploy", CLIENT, DOMAIN, "--release", "1.1.0", "--yes", "--json")
    assert updated.result["release"] == "1.1.0"
    running = prepared_vps.run("docker", "ps", "--no-trunc", "--format", "{{.Image}}").stdout
    assert release_of(lab_operator, "1.1.0").release.images["api"].digest in running
    assert release_of(lab_operator, "1.0.0").release.images["api"].digest not in running


@pytest.mark.soak
def test_an_engine_takes_only_the_layers_it_lacks(
    lab_operator: Operator, first: Path, second: Path, bare_vps: Vps
) -> None:
    bare_vps.install_engine()
    address = HostAddress.parse(bare_vps.url)
    trust = HostTrust(pinned=HostKey.parse(bare_vps.host_key))
    runner = open_runner(address, trust, bare_vps.key)
    sent = []
    for path in (first, second, second):
        with open_bundle(path) as opened:
            bundle = release_of(lab_operator, opened.version)
            images = (*bundle.carried, bundle.release.agent)
            sent.append(read_images(runner, address, images, opened.folder / IMAGES, quiet))
    runner.close()
    assert sent[0] > 50_000_000
    assert sent[1] < sent[0] / 20
    assert sent[2] == 0


def test_each_layer_is_in_the_file_once(first: Path, lab_operator: Operator) -> None:
    """The api and the worker have most layers in common, and all images their first."""
    images = [each.digest for each in release_of(lab_operator, "1.0.0").carried]
    sizes = docker("image", "inspect", "--format", "{{.Size}}", *images).stdout.split()
    with open_bundle(first) as opened:
        assert (opened.folder / IMAGES).stat().st_size < sum(map(int, sizes))


def test_a_changed_file_is_refused(
    first: Path, second: Path, client_it: Operator, tmp_path: Path
) -> None:
    """Cut off, or with other images than its manifest names."""
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(first.read_bytes()[:1_000_000])
    ended = client_it.lectl("release", "import", str(cut))
    assert ended.code == 12
    assert f"{cut} is no release." in ended.err
