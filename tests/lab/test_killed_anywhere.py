"""SIGKILL before and after every step: the next run converges to what an undisturbed one gives.

One deploy is killed at every point in turn, each run getting one point further, and is compared at
the end with a control that nobody disturbed. `make soak` kills a fresh deploy at each point alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadengine_agent.tasks.activate import STEPS as ACTIVATE_STEPS
from leadengine_ctl.planning.deploy import plan_deploy
from tests.lab.acme import Pebble
from tests.lab.conftest import MakeVps
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings
from tests.lab.stack import Stack
from tests.lab.vps import Vps
from tests.lab.waiting import until
from tests.unit.ctl.builders import a_bundle

CLIENT = "acme"
DOMAIN = "leads.killed.test"
KILLED = -9
SIDES = ("before", "after")
FAILPOINT = "/var/lib/leadengine/agent/failpoint"


def _lectl_steps() -> list[str]:
    release = a_bundle().release
    return [step.name for step in plan_deploy(CLIENT, DOMAIN, "local", release).steps]


def _agent_points() -> list[str]:
    steps = ("release", "images", *ACTIVATE_STEPS, f"certificate {CLIENT}")
    return [f"{step}:{side}" for step in steps for side in SIDES]


def _all_points() -> list[str]:
    return [f"deploy.{step}:{side}" for step in _lectl_steps() for side in SIDES] + _agent_points()


@dataclass(frozen=True)
class Twin:
    """An operator of their own and the host they deploy to: twins get equal orders."""

    operator: Operator
    stack: Stack

    def deploy(self, **settings: str) -> Ended:
        return self.operator.with_settings(**settings).deploy(self.stack.vps, CLIENT, DOMAIN)


MakeTwin = Callable[[], Twin]


@pytest.fixture(scope="module")
def make_twin(
    make_stocked_vps: MakeVps,
    pebble: Pebble,
    ssh_key: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MakeTwin]:
    hosts: list[Vps] = []

    def make() -> Twin:
        hosts.append(make_stocked_vps())
        operator = Operator(tmp_path_factory.mktemp("twin"), ssh_key)
        operator.release("--version", "1.0.0")
        settings = certificate_settings(pebble, operator.home)
        return Twin(operator.with_settings(**settings), Stack(hosts[-1], CLIENT, DOMAIN))

    yield make
    for host in hosts:
        host.remove()


@pytest.fixture(scope="module")
def control(make_twin: MakeTwin, names: Names) -> Twin:
    """A deploy that nobody disturbed."""
    twin = make_twin()
    names.point(DOMAIN, twin.stack.vps.address)
    ended = twin.deploy()
    assert ended.code == 0, ended.text
    return twin


def test_lectl_killed_at_every_point_converges(
    control: Twin, make_twin: MakeTwin, names: Names, pebble: Pebble
) -> None:
    twin = make_twin()
    names.point(DOMAIN, twin.stack.vps.address)
    orders = pebble.orders
    for point in _all_points()[: 2 * len(_lectl_steps())]:
        ended = twin.deploy(LECTL_FAILPOINT=point)
        assert ended.code == KILLED, f"{point} did not fire: {ended.text}"
    _assert_converged(twin, control, pebble, orders)


@pytest.mark.soak
def test_executor_killed_at_every_point_converges(
    control: Twin, make_twin: MakeTwin, names: Names, pebble: Pebble
) -> None:
    twin = make_twin()
    names.point(DOMAIN, twin.stack.vps.address)
    orders = pebble.orders
    twin.deploy(LECTL_FAILPOINT="deploy.prepare:after")
    secrets: dict[str, str] = {}
    for point in _agent_points():
        _kill_executor_at(twin, point)
        if secrets:
            assert twin.stack.secret_digests() == secrets, f"a secret changed at {point}"
        elif point == "generation:after":
            secrets = twin.stack.secret_digests()
    _assert_converged(twin, control, pebble, orders)


@pytest.mark.soak
def test_executor_killed_at_every_point_of_a_change_converges(
    control: Twin, make_twin: MakeTwin, names: Names, pebble: Pebble
) -> None:
    """A second generation: the old one serves at every moment, and one colour runs at the end."""
    change = {"SMTP_HOST": "mail.killed.test"}
    names.point(DOMAIN, control.stack.vps.address)
    before = control.stack.secret_digests()
    for point in _agent_points()[4:-2]:
        _kill_executor_at(control, point, **change)
        assert control.stack.get("/readyz").status_code == 200, f"nobody serves after {point}"
    ended = control.deploy(**change)
    assert ended.code == 0, ended.text
    running = {
        name for name, each in control.stack.containers().items() if each["State"]["Running"]
    }
    assert running == {"db", "redis", "chromadb", "api-green", "worker", "nginx"}
    assert set(control.stack.containers()) == running | {"api-blue"}, "the old one stays, stopped"
    assert control.stack.secret_digests() == before


@pytest.mark.soak
@pytest.mark.parametrize("point", _all_points())
def test_a_fresh_deploy_killed_at_one_point_converges(
    control: Twin, make_twin: MakeTwin, names: Names, pebble: Pebble, point: str
) -> None:
    twin = make_twin()
    names.point(DOMAIN, twin.stack.vps.address)
    orders = pebble.orders
    if point.startswith("deploy."):
        assert twin.deploy(LECTL_FAILPOINT=point).code == KILLED
    else:
        twin.deploy(LECTL_FAILPOINT="deploy.prepare:after")
        _kill_executor_at(twin, point)
    _assert_converged(twin, control, pebble, orders)
    twin.stack.vps.remove()


def _kill_executor_at(twin: Twin, point: str, **settings: str) -> None:
    """Arm the executor, let a deploy run into it, and see that it happened."""
    vps = twin.stack.vps
    for _ in range(3):
        vps.box.write(FAILPOINT, point)
        ended = twin.deploy(**settings)
        armed = vps.run("test", "-e", FAILPOINT, check=False).returncode == 0
        assert not armed, f"{point} did not fire: {ended.text}"
        if ended.code == 1:
            break
        # The host's own schedule looks after certificates, too, and may have run into it first.
        assert point.startswith("certificate "), f"{point}: {ended.code} {ended.text}"
    else:
        raise AssertionError(f"{point} never met the deploy")
    # Docker waits longer before each restart of a container that dies often; a test cannot.
    vps.run("docker", "stop", "--time", "0", "leadengine-executor")
    vps.run("docker", "start", "leadengine-executor")


def _assert_converged(twin: Twin, control: Twin, pebble: Pebble, orders: int) -> None:
    ended = twin.deploy()
    assert ended.code == 0, ended.text
    assert ended.result["password_waiting"], "the first password was lost"
    assert twin.stack.get("/readyz", root=pebble.root).status_code == 200
    assert pebble.orders - orders <= 2

    def is_as_undisturbed() -> None:
        found, wanted = twin.stack.snapshot(), control.stack.snapshot()
        assert {name: each for name, each in found.items() if each != wanted[name]} == {}, {
            name: wanted[name] for name in found if found[name] != wanted[name]
        }

    # Both live on: what a host notes by itself may be half written in the moment of a look.
    until(is_as_undisturbed, "the state of a stack that nobody disturbed", 30)


def test_a_destroy_killed_half_way_and_a_deploy_after_it_give_a_whole_stack(
    control: Twin, names: Names
) -> None:
    """The volumes are gone and the files are not: nothing of before may count as done."""
    vps = control.stack.vps
    names.point(DOMAIN, vps.address)
    vps.box.write(FAILPOINT, "volumes:after")
    assert control.operator.lectl("destroy", CLIENT, "--confirm", CLIENT).code == 1
    vps.run("docker", "stop", "--time", "0", "leadengine-executor")
    vps.run("docker", "start", "leadengine-executor")
    ended = control.deploy()
    assert ended.code == 0, ended.text
    assert ended.result["password_waiting"]
    assert control.stack.query("select count(*) from users") == "1"
    assert control.stack.get("/readyz").status_code == 200
