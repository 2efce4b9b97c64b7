"""From a bare machine to a host: once, again, killed at every step, and back."""

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from leadengine_agent.protocol import ImageRef, Inspect, Outcome, RegistryLogin, StepState, Task
from leadengine_agent.values import digest_of
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.base import Host, HostAddress, HostKey, HostTrust, Minimum, Progress
from leadengine_ctl.hosts.registry import open_host
from tests.lab.conftest import MakeVps
from tests.lab.engine import docker
from tests.lab.registry import Registry
from tests.lab.vps import Vps

AGENT = "leadengine/agent:dev"
CONTAINERS = ("leadengine-executor", "leadengine-reporter")


@contextmanager
def host_of(vps: Vps, user: str = "root") -> Iterator[Host]:
    trust = HostTrust(pinned=HostKey.parse(vps.host_key))
    address = HostAddress.parse(f"ssh://{user}@{vps.address}")
    with open_host(address, trust, vps.key) as host:
        yield host


@pytest.fixture(scope="module")
def agent(product_images: None) -> ImageRef:
    digest = docker("image", "inspect", "--format", "{{.Id}}", AGENT).stdout.strip()
    return ImageRef(repository="leadengine/agent", digest=digest, pulled=False)


def prepare(
    vps: Vps, agent: ImageRef, login: RegistryLogin | None = None, user: str = "root"
) -> list[Progress]:
    told: list[Progress] = []
    with host_of(vps, user) as host:
        host.prepare(agent, login, report=told.append)
    return told


def make_sudo_user(vps: Vps) -> str:
    """Make somebody who is not root but may run sudo without a password."""
    vps.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "sudo")
    vps.run("useradd", "--create-home", "--shell", "/bin/sh", "keeper")
    vps.box.write("/etc/sudoers.d/keeper", "keeper ALL=(ALL) NOPASSWD:ALL\n")
    public = vps.key.with_suffix(".pub").read_text()
    vps.run("install", "-d", "-m", "700", "-o", "keeper", "/home/keeper/.ssh")
    words = ("install", "-m", "600", "-o", "keeper", "/dev/stdin")
    vps.run(*words, "/home/keeper/.ssh/authorized_keys", stdin=public)
    return "keeper"


def containers(vps: Vps) -> dict[str, dict[str, Any]]:
    """Name -> everything Docker knows, of every container on the host."""
    ids = vps.run("docker", "ps", "--all", "--quiet").stdout.split()
    if not ids:
        return {}
    found = json.loads(vps.run("docker", "container", "inspect", *ids).stdout)
    return {each["Name"].removeprefix("/"): each for each in found}


def assert_prepared(vps: Vps) -> None:
    """One executor, one reporter, both up and the first answering."""
    found = containers(vps)
    assert sorted(found) == sorted(CONTAINERS)
    assert all(each["State"]["Running"] for each in found.values())
    with host_of(vps) as host:
        last = list(host.submit(Task(id="lab-inspect-1", order=Inspect())))[-1]
    assert isinstance(last, Outcome)
    assert last.failure is None


def test_bare_host_is_prepared_and_a_prepared_one_left_alone(
    bare_vps: Vps, agent: ImageRef
) -> None:
    told = prepare(bare_vps, agent)
    done = [progress.step for progress in told if progress.state == StepState.DONE]
    assert done == ["check", "engine", "images", "executor", "reporter"]
    assert_prepared(bare_vps)
    before = {name: each["State"]["StartedAt"] for name, each in containers(bare_vps).items()}
    assert [progress.state for progress in prepare(bare_vps, agent)] == [StepState.UNCHANGED]
    after = {name: each["State"]["StartedAt"] for name, each in containers(bare_vps).items()}
    assert before == after


def test_host_keeps_to_the_first_publisher_it_is_told(bare_vps: Vps, agent: ImageRef) -> None:
    told: list[Progress] = []
    with host_of(bare_vps) as host:
        host.prepare(agent, roots=("first", "second"), report=told.append)
        host.prepare(agent, roots=("first", "second", "third"), report=told.append)
        with pytest.raises(NotAllowedError, match="does not believe the publisher") as refused:
            host.prepare(agent, roots=("another",))
    pinned = [progress.state for progress in told if progress.step == "publisher"]
    assert pinned == [StepState.DONE, StepState.UNCHANGED]
    assert digest_of("first") in refused.value.why
    trust = "/var/lib/leadengine/agent/trust"
    assert bare_vps.run("cat", f"{trust}/root_history/2.root.json").stdout == "second"
    assert bare_vps.run("stat", "--format", "%a", f"{trust}/publisher.json").stdout == "600\n"


def test_agent_has_no_more_rights_than_it_needs(bare_vps: Vps, agent: ImageRef) -> None:
    prepare(bare_vps, agent)
    executor, reporter = (containers(bare_vps)[name] for name in CONTAINERS)
    assert executor["HostConfig"]["NetworkMode"] == "none"
    assert reporter["HostConfig"]["NetworkMode"] == "bridge"
    assert reporter["Config"]["User"] == "65532:65532"
    mounted = {mount["Destination"] for mount in reporter["Mounts"]}
    own = {"/var/lib/leadengine/agent/run", "/var/lib/leadengine/agent/reporter"}
    assert mounted == own
    for each in (executor, reporter):
        assert each["HostConfig"]["ReadonlyRootfs"]
        assert each["HostConfig"]["CapDrop"] == ["ALL"]
        assert each["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]
        assert not each["HostConfig"]["Privileged"]
    assert bare_vps.run("stat", "-c", "%a %U", "/var/lib/leadengine/agent").stdout == "700 root\n"


def test_container_that_is_not_as_it_should_be_is_replaced(bare_vps: Vps, agent: ImageRef) -> None:
    prepare(bare_vps, agent)
    executor = containers(bare_vps)["leadengine-executor"]["Id"]
    bare_vps.run("docker", "rm", "--force", "leadengine-reporter")
    bare_vps.run("docker", "run", "-d", "--name", "leadengine-reporter", agent.digest, "reporter")
    told = prepare(bare_vps, agent)
    assert {p.step: p.state for p in told}["executor"] == StepState.UNCHANGED
    assert {p.step: p.state for p in told}["reporter"] == StepState.DONE
    assert containers(bare_vps)["leadengine-executor"]["Id"] == executor
    assert_prepared(bare_vps)


def test_agent_comes_back_after_a_power_cut(bare_vps: Vps, agent: ImageRef) -> None:
    prepare(bare_vps, agent)
    bare_vps.box.kill()
    bare_vps.boot()
    prepare(bare_vps, agent)
    assert_prepared(bare_vps)


def test_agent_is_removed_without_a_trace(bare_vps: Vps, agent: ImageRef) -> None:
    prepare(bare_vps, agent)
    with host_of(bare_vps) as host:
        host.remove_agent(purge=True)
        host.remove_agent(purge=True)
    assert containers(bare_vps) == {}
    assert bare_vps.run("test", "-e", "/var/lib/leadengine", check=False).returncode == 1


def test_agent_stays_while_a_stack_lives(bare_vps: Vps, agent: ImageRef) -> None:
    prepare(bare_vps, agent)
    words = ("--name", "db", "--label", "leadengine.client=acme", "--entrypoint", "sleep")
    bare_vps.run("docker", "run", "-d", *words, agent.digest, "600")
    try:
        with host_of(bare_vps) as host, pytest.raises(NotAllowedError) as caught:
            host.remove_agent(purge=True)
    finally:
        bare_vps.run("docker", "rm", "--force", "db")
    assert caught.value.why == "These stacks still live there: acme."
    assert_prepared(bare_vps)


def prepare_and_tell(url: str, key: str, host_key: str, agent: ImageRef, pipe: Connection) -> None:
    """What the process that will be killed does: say each step before it goes on."""

    def tell(progress: Progress) -> None:
        pipe.send((progress.step, str(progress.state), progress.done > 0))
        pipe.recv()

    trust = HostTrust(pinned=HostKey.parse(host_key))
    with open_host(HostAddress.parse(url), trust, Path(key)) as host:
        host.prepare(agent, report=tell)


def kill_at(vps: Vps, agent: ImageRef, moment: tuple[str, str, bool]) -> None:
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(
        target=prepare_and_tell,
        args=(vps.url, str(vps.key), vps.host_key, agent, there),
    )
    child.start()
    assert child.pid is not None
    while True:
        assert here.poll(180), f"never came to {moment}"
        if here.recv() == moment:
            break
        here.send("go on")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.soak
def test_prepare_killed_at_every_step_converges(vps: Vps, agent: ImageRef) -> None:
    moments = (
        ("check", "done", False),
        ("engine", "started", False),
        ("engine", "done", False),
        ("images", "started", False),
        ("images", "started", True),
        ("images", "done", False),
        ("executor", "started", False),
        ("executor", "done", False),
        ("reporter", "started", False),
        ("reporter", "done", False),
    )
    for moment in moments:
        kill_at(vps, agent, moment)
    prepare(vps, agent)
    assert_prepared(vps)


def test_port_that_somebody_has_is_refused_with_a_name(vps: Vps, agent: ImageRef) -> None:
    vps.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "nginx-light")
    with pytest.raises(NotAllowedError) as caught:
        prepare(vps, agent)
    assert caught.value.what == f"Port 80 of {vps.url} is taken"
    assert caught.value.why == "nginx listens on it."
    assert vps.run("test", "-e", "/usr/bin/docker", check=False).returncode == 1


def test_host_below_the_floor_is_refused_before_anything_happens(vps: Vps, agent: ImageRef) -> None:
    floor = Minimum(memory=10**15, disk=0, cores=1)
    with host_of(vps) as host, pytest.raises(NotAllowedError) as caught:
        host.prepare(agent, floor=floor)
    assert caught.value.what == f"{vps.url} is too small for a stack"
    assert vps.run("test", "-e", "/usr/bin/docker", check=False).returncode == 1


def test_full_disk_is_said_before_the_images_travel(make_vps: MakeVps, agent: ImageRef) -> None:
    small = make_vps(disk_mb=600)
    floor = Minimum(memory=0, disk=0, cores=1)
    with host_of(small) as host, pytest.raises(LeadEngineError) as caught:
        host.prepare(agent, floor=floor)
    small.remove()
    assert caught.value.what == f"The disk of {small.url} is too full for the images"
    assert "GB are free" in caught.value.why


def test_published_agent_is_pulled_by_a_sudo_user_with_a_login_that_does_not_stay(
    prepared_vps: Vps, agent: ImageRef, registry: Registry
) -> None:
    registry.trust_on(prepared_vps)
    user = make_sudo_user(prepared_vps)
    reference = registry.push(AGENT, "leadengine/agent")
    repository, _, digest = reference.partition("@")
    published = ImageRef(repository=repository, digest=digest, pulled=True)
    wrong = RegistryLogin(registry=registry.host, user="puller", password=SecretStr("wrong-canary"))
    with pytest.raises(LeadEngineError) as caught:
        prepare(prepared_vps, published, wrong, user)
    assert caught.value.what.endswith(f"could not sign in to {registry.host}")
    right = wrong.model_copy(update={"password": SecretStr(registry.password)})
    assert ("agent-image", StepState.DONE) in [
        (progress.step, progress.state)
        for progress in prepare(prepared_vps, published, right, user)
    ]
    assert_prepared(prepared_vps)
    with host_of(prepared_vps, user) as host:
        assert host.facts().privileged
    assert prepared_vps.run("find", "/root", "/home", "/tmp", "-name", "config.json").stdout == ""
