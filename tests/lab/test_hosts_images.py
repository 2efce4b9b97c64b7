"""Images travel over SSH: only what the host lacks, and again after a kill."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from leadengine_agent.protocol import ImageRef, StepState
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.base import Host, HostAddress, HostKey, HostTrust, Progress
from leadengine_ctl.hosts.registry import open_host
from tests.lab.engine import docker
from tests.lab.releases import derive
from tests.lab.vps import Vps

MEGABYTE = 1_000_000


@contextmanager
def host_of(vps: Vps) -> Iterator[Host]:
    trust = HostTrust(pinned=HostKey.parse(vps.host_key))
    with open_host(HostAddress.parse(vps.url), trust, vps.key) as host:
        yield host


def image(name: str, megabytes: int, base: str) -> ImageRef:
    """An image with that much on top of another that no compression makes smaller."""
    line = f"RUN head -c {megabytes * MEGABYTE} /dev/urandom > /{name}"
    return derive(f"hosts-{name}", line, base=base)


@pytest.fixture(scope="module")
def first(product_images: None) -> ImageRef:
    return image("first", 20, "debian:trixie-slim")


@pytest.fixture(scope="module")
def second(first: ImageRef) -> ImageRef:
    """The first one with a small layer on top."""
    return image("second", 2, f"{first.repository}:dev")


@pytest.fixture(autouse=True, scope="module")
def no_image_stays(prepared_vps: Vps) -> Iterator[None]:
    yield
    found = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    docker("image", "rm", *(tag for tag in found if tag.startswith("leadengine/lab-hosts-")))


def runs(vps: Vps, ref: ImageRef, *argv: str) -> str:
    return vps.run("docker", "run", "--rm", "--network", "none", ref.reference, *argv).stdout


def test_host_gets_the_layers_it_lacks_and_no_more(
    prepared_vps: Vps, first: ImageRef, second: ImageRef
) -> None:
    with host_of(prepared_vps) as host:
        whole = host.carry((first,))
        assert host.carry((first,)) == 0
        top = host.carry((first, second))
        assert host.carry((first, second)) == 0
    assert whole > 20 * MEGABYTE
    assert 2 * MEGABYTE < top < 2.2 * MEGABYTE
    assert runs(prepared_vps, second, "stat", "-c", "%s", "/first", "/second").split() == [
        "20000000",
        "2000000",
    ]


def test_images_that_share_layers_travel_once(prepared_vps: Vps, first: ImageRef) -> None:
    base = image("base", 10, "debian:trixie-slim")
    left = image("left", 1, f"{base.repository}:dev")
    right = image("right", 1, f"{base.repository}:dev")
    with host_of(prepared_vps) as host:
        assert 12 * MEGABYTE < host.carry((left, right)) < 12.5 * MEGABYTE


def test_carried_image_is_no_leftover_on_the_host(prepared_vps: Vps, first: ImageRef) -> None:
    with host_of(prepared_vps) as host:
        host.carry((first,))
    prepared_vps.run("docker", "image", "prune", "--force")
    assert runs(prepared_vps, first, "true") == ""


def test_progress_counts_up_to_the_whole(prepared_vps: Vps, first: ImageRef) -> None:
    told: list[Progress] = []
    with host_of(prepared_vps) as host:
        host.carry((first,))
        host.carry((image("counted", 100, "debian:trixie-slim"),), told.append)
    counts = [progress.done for progress in told if progress.total]
    assert counts == sorted(counts)
    assert counts[-1] > 0
    (total,) = {progress.total for progress in told if progress.total}
    assert 100 * MEGABYTE < total < 100.1 * MEGABYTE
    assert told[-1].state == StepState.DONE


def test_image_this_machine_does_not_have_is_named(prepared_vps: Vps) -> None:
    absent = ImageRef(repository="leadengine/absent", digest=f"sha256:{'0' * 64}", pulled=False)
    with host_of(prepared_vps) as host, pytest.raises(LeadEngineError) as caught:
        host.carry((absent,))
    assert caught.value.what == "The Docker of this machine does not have leadengine/absent"


def test_engine_that_would_rename_the_images_is_refused_first(
    prepared_vps: Vps, product_images: None
) -> None:
    other = image("other", 1, "debian:trixie-slim")
    settings = '{"features": {"containerd-snapshotter": true}}'
    prepared_vps.box.write("/etc/docker/daemon.json", settings)
    prepared_vps.run("systemctl", "restart", "docker")
    try:
        with host_of(prepared_vps) as host, pytest.raises(NotAllowedError) as caught:
            host.carry((other,))
    finally:
        prepared_vps.run("rm", "/etc/docker/daemon.json")
        prepared_vps.run("systemctl", "restart", "docker")
    assert "containerd's image store" in caught.value.why


def carry_and_tell(url: str, key: str, host_key: str, ref: ImageRef, pipe: Connection) -> None:
    """What the process that will be killed does: say when content is on its way."""

    def tell(progress: Progress) -> None:
        if progress.done:
            pipe.send(progress.done)

    trust = HostTrust(pinned=HostKey.parse(host_key))
    with open_host(HostAddress.parse(url), trust, Path(key)) as host:
        host.carry((ref,), tell)


def test_load_that_was_killed_midway_is_made_up_for(prepared_vps: Vps) -> None:
    large = image("large", 200, "debian:trixie-slim")
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(
        target=carry_and_tell,
        args=(prepared_vps.url, str(prepared_vps.key), prepared_vps.host_key, large, there),
    )
    child.start()
    assert here.poll(60)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL
    ids = prepared_vps.run("docker", "image", "ls", "--quiet", "--no-trunc").stdout
    assert large.digest not in ids
    with host_of(prepared_vps) as host:
        assert host.carry((large,)) > 200 * MEGABYTE
    assert runs(prepared_vps, large, "stat", "-c", "%s", "/large") == "200000000\n"
