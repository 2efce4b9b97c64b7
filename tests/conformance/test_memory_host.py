"""The memory host keeps the contract, and what only a host with failures to order can show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_agent.protocol import (
    Activate,
    Decommission,
    Failure,
    FailureCode,
    Inspect,
    InstallRelease,
    StackSpec,
    Task,
)
from leadengine_agent.values import digest_of
from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, Transport
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.hosts.memory_faults import MemoryFaults, faults_file
from tests.conformance.agent_suite import AgentSuite
from tests.conformance.hosting_suite import CLOUD, OWN, HostingSuite
from tests.conformance.recovery_suite import RecoverySuite
from tests.unit.ctl.builders import a_bundle, a_spec, an_image

ADDRESS = HostAddress.parse("memory://one")
UNHEALTHY = Failure(
    code=FailureCode.UNHEALTHY, what="The api is not healthy.", why="", hint="Look."
)


@pytest.fixture
def install() -> InstallRelease:
    return a_bundle().order(None)


@pytest.fixture
def spec() -> StackSpec:
    return a_spec()


@pytest.fixture(params=["kept in memory", "kept in a file"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Transport]:
    path = tmp_path / "one.json" if request.param == "kept in a file" else None
    with MemoryHost(ADDRESS, path) as host:
        host.prepare(an_image("agent"))
        yield host


class TestMemoryHost(RecoverySuite):
    """The suite, on a host in memory."""


class TestHostingInMemory(HostingSuite):
    """Clients that share a stack, beside one that has its own."""

    @pytest.fixture
    def host(self, host: Transport, install: InstallRelease) -> Transport:
        self.succeed(host, install)
        for name, kind in ((CLOUD, "hosted"), (OWN, "dedicated")):
            spec = a_spec().model_copy(
                update={"client": name, "kind": kind, "domain": f"{name}.test"}
            )
            self.succeed(host, Activate(spec=spec, release=install.version))
        return host

    @pytest.fixture
    def other(self, host: Transport) -> Transport:
        return host


def failing(path: Path | None = None) -> MemoryHost:
    return MemoryHost(ADDRESS, path, {"activate/migrate": UNHEALTHY})


def test_a_bare_host_is_unreachable_for_tasks() -> None:
    with MemoryHost(ADDRESS) as host, pytest.raises(HostUnreachableError, match="does not answer"):
        list(host.submit(Task(id="some-task", order=Inspect())))


def test_a_failed_task_is_taken_up_again_under_its_id(
    tmp_path: Path, install: InstallRelease, spec: StackSpec
) -> None:
    path, suite = tmp_path / "one.json", AgentSuite()
    order = Activate(spec=spec, release=install.version)
    with failing(path) as host:
        host.prepare(an_image("agent"))
        suite.succeed(host, install)
        failure = suite.outcome(host, order, "the-task").failure
        assert failure == UNHEALTHY.model_copy(update={"step": "migrate"})
    with MemoryHost(ADDRESS, path) as healed:
        assert suite.succeed(healed, order, "the-task").result["changed"]


def test_an_unfinished_task_is_refused_once_a_newer_one_was_accepted(
    tmp_path: Path, install: InstallRelease, spec: StackSpec
) -> None:
    path, suite = tmp_path / "one.json", AgentSuite()
    order = Activate(spec=spec, release=install.version)
    with failing(path) as host:
        host.prepare(an_image("agent"))
        suite.succeed(host, install)
        suite.outcome(host, order, "the-older")
    with MemoryHost(ADDRESS, path) as healed:
        suite.succeed(healed, Decommission(client=spec.client), "the-newer")
        failure = suite.outcome(healed, order, "the-older").failure
    assert failure is not None
    assert failure.code is FailureCode.SUPERSEDED


def test_secrets_and_password_are_not_where_they_need_not_be(
    tmp_path: Path, install: InstallRelease, spec: StackSpec
) -> None:
    path, suite = tmp_path / "one.json", AgentSuite()
    order = Activate.model_validate(
        {"spec": spec, "release": "1.0.0", "secrets": {"llm_api_key": "canary-7f3a"}}
    )
    with MemoryHost(ADDRESS, path) as host:
        host.prepare(an_image("agent"))
        suite.succeed(host, install)
        suite.succeed(host, order)
    assert "canary-7f3a" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_a_host_keeps_to_the_first_publisher_it_is_told() -> None:
    with MemoryHost(ADDRESS) as host:
        host.prepare(an_image("agent"), roots=("the first root", "the second root"))
        host.prepare(an_image("agent"), roots=("the first root",))
        host.prepare(an_image("agent"))
        with pytest.raises(NotAllowedError, match="does not believe the publisher") as refused:
            host.prepare(an_image("agent"), roots=("another root",))
    assert digest_of("the first root") in refused.value.why


@pytest.fixture
def two_releases(host: Transport, install: InstallRelease, spec: StackSpec) -> Activate:
    """An order for 1.0.0, which runs; 1.1.0 is on the host, too."""
    suite = AgentSuite()
    order = Activate(spec=spec, release=install.version)
    for each in (install, a_bundle("1.1.0").order(None), order):
        suite.succeed(host, each)
    return order


def test_an_order_that_was_planned_against_another_release_is_refused(
    host: Transport, two_releases: Activate
) -> None:
    order = two_releases.model_copy(update={"release": "1.1.0", "expects": "0.9.0"})
    failure = AgentSuite().outcome(host, order).failure
    assert failure is not None
    assert failure.code is FailureCode.CONFLICT
    fits = order.model_copy(update={"expects": "1.0.0"})
    assert AgentSuite().succeed(host, fits).result["previous"] == "1.0.0"


def test_what_a_gate_took_back_is_not_tried_again_by_itself(
    tmp_path: Path, install: InstallRelease, spec: StackSpec
) -> None:
    path, suite = tmp_path / "one.json", AgentSuite()
    old = Activate(spec=spec, release="1.0.0")
    new = old.model_copy(update={"release": "1.1.0"})
    with MemoryHost(ADDRESS, path) as host:
        host.prepare(an_image("agent"))
        for order in (install, a_bundle("1.1.0").order(None), old):
            suite.succeed(host, order)
        faults_file(path).write_text(MemoryFaults(gate=("1.1.0",)).model_dump_json())
        tripped = suite.outcome(host, new).failure
        assert tripped is not None
        assert tripped.rolled_back
        faults_file(path).unlink()
        again = suite.outcome(host, new).failure
        assert again is not None
        assert (again.code, again.rolled_back) == (FailureCode.GATE, False)
        asked = new.model_copy(update={"retry": True})
        assert suite.succeed(host, asked).result["stack"]["release"] == "1.1.0"
