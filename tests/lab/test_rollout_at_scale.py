"""1,000 hosts in memory: planning takes at most 2 s, bookkeeping at most 20 ms of CPU for each host."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType

import pytest

from leadengine_agent.protocol import Activate, Event, Outcome, Task
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import Host, HostAddress
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.rollouts import plans
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.operations.rollouts.run import run_rollout
from tests.unit.ctl.builders import a_draft, a_spec, an_image, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.conftest import folder, lectl  # noqa: F401 - fixtures
from tests.unit.ctl.hostile import a_world

HOSTS = 1000
BUDGET_MS = 20


@dataclass
class Meter:
    """CPU seconds that hosts took, which are no bookkeeping."""

    seconds: float = 0.0


@dataclass
class Metered:
    """A host in memory whose own work is counted apart."""

    host: MemoryHost
    meter: Meter

    def __enter__(self) -> "Metered":
        self.host.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.host.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> object:
        return getattr(self.host, name)

    def submit(self, task: Task) -> Iterator[Event | Outcome]:
        answers = self.host.submit(task)
        while True:
            started = time.thread_time()
            answer = next(answers, None)
            self.meter.seconds += time.thread_time() - started
            if answer is None:
                return
            yield answer


@dataclass
class Hosts:
    """Hosts that live as long as the test."""

    world: World
    meter: Meter = field(default_factory=Meter)
    known: dict[str, MemoryHost] = field(default_factory=dict)

    def open(self, address: HostAddress) -> Host:
        return Metered(self.known[address.name], self.meter)  # type: ignore[return-value]

    def add(self, number: int) -> None:
        """A client on a host of its own, on release 1.0.0."""
        name = f"client-{number:04}"
        world, address = self.world, HostAddress.parse(f"memory://host-{number:04}")
        spec = a_spec(name, f"{name}.test").model_copy(update={"client_id": f"{number:024x}"})
        host = self.known[address.name] = MemoryHost(address)
        with host:
            host.prepare(an_image("agent"))
            install = world.library.load("1.0.0").order(None)
            for step, order in enumerate((install, Activate(spec=spec, release="1.0.0"))):
                list(host.submit(Task(id=f"deployed-{step}", order=order)))
        world.store.hosts.save(address.name, str(address))
        world.store.clients.save(ClientRecord(spec=spec, host=address.name))
        world.store.clients.mark_live(name, "1.0.0")


@pytest.fixture
def hosts(lectl: Cli) -> Hosts:  # noqa: F811
    found = Hosts(a_world())
    for number in range(HOSTS):
        found.add(number)
    publish(lectl.folder, a_draft("1.1.0"))
    found.world = replace(a_world(), open_host=found.open)
    return found


@pytest.mark.timeout(900)
def test_a_thousand_hosts_are_planned_and_updated_within_the_budget(hosts: Hosts) -> None:
    request = RolloutRequest(soak=0, bake=0)
    world = hosts.world
    started = time.process_time()
    plan = plans.plan_rollout(world, request)
    planning = time.process_time() - started
    rollout = plans.start_rollout(world, request, plan)
    hosts.meter.seconds = 0.0
    started, began = time.process_time(), time.monotonic()
    record = run_rollout(world, rollout, lambda _news: None)
    cpu = time.process_time() - started - hosts.meter.seconds
    each = 1000 * cpu / HOSTS
    sys.stdout.write(
        f"{HOSTS} hosts: planned in {planning:.2f} s of CPU, bookkeeping {each:.1f} ms of CPU a host "
        f"({hosts.meter.seconds:.1f} s of the hosts themselves apart), "
        f"{time.monotonic() - began:.0f} s in all\n"
    )
    assert record.state == "done"
    assert {one.release for one in world.store.clients.all()} == {"1.1.0"}
    assert planning <= 2
    assert each <= BUDGET_MS
