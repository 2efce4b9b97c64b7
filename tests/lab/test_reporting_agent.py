"""A real agent reports to a real panel: what it says, what it obeys, what it mends."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from leadengine_agent.protocol import Inspect, Logs, Outcome, Rollback, Task, UpdateAgent
from leadengine_ctl.fleet.agent_records import HeartbeatRecord, QueueState
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.mailbox import colour_of, queue_host
from leadengine_ctl.planning.liveness import HostColour
from leadengine_ctl.releases.bundle import Bundle, Draft
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.evil_tasks import Evil, journal, let_loose
from tests.lab.operator import Operator, wait_until
from tests.lab.releases import derive
from tests.lab.stack import Stack
from tests.lab.vps import Vps
from tests.unit.ctl.builders import publish as sign_and_publish
from tests.unit.reporting.panel import PanelServer

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "watched", "leads.watched.internal"


@pytest.fixture(scope="module")
def host(operator: Operator, stocked_vps: Vps, store: Store) -> str:
    """The name of a host whose deploy enrolled it, once its first report with the stack is there."""
    ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    name = HostAddress.parse(stocked_vps.url).name
    wait_until(lambda: stacks_of(store, name), 300)
    return name


@pytest.fixture(scope="module")
def stack(stocked_vps: Vps) -> Stack:
    return Stack(stocked_vps, CLIENT, DOMAIN)


def last(store: Store, host: str) -> HeartbeatRecord:
    found = store.reports.heartbeat(host)
    assert found is not None
    return found


def stacks_of(store: Store, host: str) -> int:
    found = store.reports.heartbeat(host)
    return len(found.heartbeat.stacks) if found else 0


def happened(store: Store, host: str, what: str) -> list[str]:
    return [each.detail for each in store.reports.events(host=host) if each.what == what]


def order(store: Store, host: str, task: Task) -> Outcome:
    with queue_host(store, HostAddress.parse(f"queue://{host}")) as opened:
        answers = list(opened.submit(task))
    assert isinstance(answers[-1], Outcome)
    return answers[-1]


def test_a_deploy_enrols_its_host_and_the_host_reports_how_it_is(
    host: str, store: Store, stack: Stack
) -> None:
    beat = last(store, host).heartbeat
    (found,) = beat.stacks
    assert (found.client, found.generation, found.healthy) == (CLIENT, 1, True)
    assert {each.service for each in found.services} == set(stack.containers())
    served = stack.certificate().not_valid_after_utc.timestamp()
    assert found.certificate.not_after == served
    assert found.certificate.issuer_kind == "local"
    assert 0 < beat.disk_free < beat.disk_total
    assert 0 < beat.memory_free < beat.memory_total
    assert colour_of(last(store, host), time.time()) is HostColour.GREEN
    assert "activate" in {each.what for each in store.reports.events(client=CLIENT)}


def test_nothing_listens_on_the_host_but_ssh_and_nginx(host: str, stocked_vps: Vps) -> None:
    listening = stocked_vps.run("ss", "-ltnH").stdout.splitlines()
    addresses = [line.split()[3] for line in listening]
    ports = {each.rpartition(":")[2] for each in addresses if "127.0.0" not in each}
    assert ports <= {"22", "80", "443", "53", "5355"}


def test_tasks_are_fetched_and_answered(host: str, store: Store) -> None:
    outcome = order(store, host, Task(id=f"look-{time.time_ns()}", actor="ann", order=Inspect()))
    assert outcome.failure is None
    assert outcome.result["stacks"][0]["client"] == CLIENT
    logs = Task(id=f"logs-{time.time_ns()}", actor="ann", order=Logs(client=CLIENT, lines=3))
    assert order(store, host, logs).result["lines"]
    back = Task(id=f"back-{time.time_ns()}", actor="ann", order=Rollback(client=CLIENT))
    failure = order(store, host, back).failure
    assert failure is not None
    assert failure.code == "not-found"


def test_a_service_that_was_killed_is_started_again_and_told(
    host: str, store: Store, stack: Stack, stocked_vps: Vps
) -> None:
    name = f"leadengine-{CLIENT}-worker-1"
    stocked_vps.run("docker", "kill", name)
    assert stack.containers()["worker"]["State"]["Running"] is False
    wait_until(lambda: stack.containers()["worker"]["State"]["Running"], 90)
    wait_until(lambda: happened(store, host, "restarted"), 60)
    assert "'worker' was stopped and serves again" in happened(store, host, "restarted")[-1]


def test_a_service_that_lost_its_network_is_bound_again_and_told(
    host: str, store: Store, stack: Stack, stocked_vps: Vps
) -> None:
    name = f"leadengine-{CLIENT}-redis-1"
    stocked_vps.run("docker", "network", "disconnect", f"leadengine-{CLIENT}_data", name)
    networks = stack.containers()["redis"]["NetworkSettings"]["Networks"]
    assert f"leadengine-{CLIENT}_data" not in networks
    wait_until(lambda: happened(store, host, "network-repaired"), 120)
    networks = stack.containers()["redis"]["NetworkSettings"]["Networks"]
    assert f"leadengine-{CLIENT}_data" in networks
    assert stack.get("/healthz").status_code == 200


@pytest.mark.parametrize("way", ["pause", "kill"])
def test_a_frozen_or_dead_executor_is_unknown_within_two_intervals_and_ten_seconds(
    host: str, store: Store, stocked_vps: Vps, agents: PanelServer, way: str
) -> None:
    """Once it is frozen nothing fresh may arrive, however well the reporter itself goes on (U5)."""
    wait_until(
        lambda: colour_of(store.reports.heartbeat(host), time.time()) is HostColour.GREEN, 90
    )
    back = "unpause" if way == "pause" else "start"
    stocked_vps.run("docker", way, "leadengine-executor")
    frozen = time.time()
    try:
        wait_until(
            lambda: colour_of(store.reports.heartbeat(host), time.time()) is HostColour.UNKNOWN,
            60,
            0.1,
        )
        assert time.time() - frozen <= 2 * agents.interval + 10 + 1
    finally:
        stocked_vps.run("docker", back, "leadengine-executor")
    wait_until(
        lambda: colour_of(store.reports.heartbeat(host), time.time()) is HostColour.GREEN, 90
    )


def test_the_agent_returns_by_itself_after_the_panel_was_away_and_it_was_killed(
    host: str, store: Store, stocked_vps: Vps, agents: PanelServer
) -> None:
    agents.stop()
    stocked_vps.run("docker", "kill", "leadengine-reporter")
    stocked_vps.run("docker", "start", "leadengine-reporter")
    away = time.time()
    agents.start()
    wait_until(lambda: last(store, host).received_at > away, 90)
    seqs = [each.seq for each in store.reports.events(host=host) if each.boot != "panel"]
    assert seqs == list(range(1, len(seqs) + 1))
    assert [each.host for each in store.agents.all()] == [host]


def test_nothing_of_thirty_attacks_is_done_and_each_refusal_is_on_the_host(
    host: str, store: Store, stack: Stack, stocked_vps: Vps, operator: Operator, tmp_path: Path
) -> None:
    """The panel was taken over: it has store, queue and TLS, and lacks the keys of people (S3)."""
    bundle = Library(Repository(operator.data / "releases")).newest()
    attacks = Evil(store.clients.get(CLIENT), bundle, host, tmp_path).attacks()
    assert len(attacks) >= 30
    before = (stack.runtimes(), stack.secret_digests())
    failures = {}
    for number, attack in enumerate(attacks):
        name = let_loose(store, host, attack, number)
        wait_until(partial(store.queue.outcome, name), 120, 0.2)
        outcome = store.queue.outcome(name)
        assert outcome is not None
        failures[attack.name] = outcome.failure
    assert [name for name, failure in failures.items() if failure is None] == []
    assert (stack.runtimes(), stack.secret_digests()) == before
    assert "canary" not in stocked_vps.run("ls", "/root").stdout
    refused = [each for each in failures.values() if each and each.code in {"signature", "invalid"}]
    assert len(refused) >= 25
    assert [each.why for each in refused if each.why[:40] not in journal(stocked_vps)] == []


def release_with_agent(operator: Operator, vps: Vps, version: str, *lines: str) -> Bundle:
    """A release that differs by its agent alone; the agent's image is on the host."""
    image = derive(f"agent-{version.replace('.', '-')}", *lines, base="leadengine/agent:dev")
    vps.load_images(f"{image.repository}:dev")
    bundle = Library(Repository(operator.data / "releases")).newest()
    changed = bundle.release.model_copy(update={"version": version, "agent": image})
    sign_and_publish(operator.data, Draft(release=changed, files=bundle.files))
    return Library(Repository(operator.data / "releases")).load(version)


def update_to(store: Store, host: str, bundle: Bundle) -> None:
    stamp, version = time.time_ns(), bundle.release.version
    install = Task(id=f"install-{stamp}", actor="ann", order=bundle.order(None))
    assert order(store, host, install).failure is None
    update = Task(id=f"update-{stamp}", actor="ann", order=UpdateAgent(release=version))
    assert order(store, host, update).failure is None


def image_of(vps: Vps, name: str) -> str:
    return vps.run("docker", "inspect", "--format", "{{.Image}}", name).stdout.strip()


def test_an_agent_that_does_not_come_up_is_replaced_by_the_one_before(
    operator: Operator, host: str, store: Store, stack: Stack, stocked_vps: Vps
) -> None:
    """Within two minutes, by itself, and no container of the stack notices (R9)."""
    package = "/opt/leadengine/lib/python3.13/site-packages/leadengine_agent"
    broken = f"RUN echo 'raise SystemExit(1)' > {package}/executor/server.py"
    before, old = stack.runtimes(), image_of(stocked_vps, "leadengine-executor")
    bundle = release_with_agent(operator, stocked_vps, "1.0.1", broken)
    update_to(store, host, bundle)
    began = time.monotonic()
    wait_until(lambda: happened(store, host, "update-failed"), 240)
    assert time.monotonic() - began < 200
    assert image_of(stocked_vps, "leadengine-executor") == old
    assert image_of(stocked_vps, "leadengine-reporter") == old
    assert stack.runtimes() == before


def test_an_agent_that_comes_up_stays(
    operator: Operator, host: str, store: Store, stack: Stack, stocked_vps: Vps
) -> None:
    before = stack.runtimes()
    bundle = release_with_agent(operator, stocked_vps, "1.0.2", "ENV LEADENGINE_LAB=1.0.2")
    update_to(store, host, bundle)
    wait_until(lambda: happened(store, host, "updated"), 240)
    assert image_of(stocked_vps, "leadengine-executor") == bundle.release.agent.digest
    names = stocked_vps.run("docker", "ps", "--all", "--format", "{{.Names}}").stdout
    assert "previous" not in names
    assert stack.runtimes() == before


def test_what_destroys_is_done_with_a_signature_alone(
    operator: Operator, host: str, store: Store, stack: Stack
) -> None:
    by_queue, before = operator.with_settings(LECTL_HOSTS_BY="queue"), stack.runtimes()
    with ThreadPoolExecutor(1) as pool:
        destroying = pool.submit(by_queue.lectl, "destroy", CLIENT, "--confirm", CLIENT)
        wait_until(partial(unsigned, store), 120)
        assert stack.runtimes() == before
        by_queue.must("task", "sign", unsigned(store)[0], "--yes")
        ended = destroying.result(400)
    assert ended.code == 0, ended.text
    assert stack.containers() == {}


def unsigned(store: Store) -> list[str]:
    return [each.id for each in store.queue.all() if each.state is QueueState.UNSIGNED]
