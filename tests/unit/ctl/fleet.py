"""A fleet of clients on hosts in memory, with releases to bring and faults to order."""

from dataclasses import dataclass
from pathlib import Path

from leadengine_agent.protocol import Activate, Task
from leadengine_ctl.fleet.records import ClientRecord, RolloutRecord, TargetRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.hosts.memory_faults import MemoryFaults, faults_file
from leadengine_ctl.hosts.memory_state import MemoryState, load
from leadengine_ctl.operations.base import World
from tests.unit.ctl.builders import a_draft, a_spec, an_image, publish
from tests.unit.ctl.cli import Cli, Ran
from tests.unit.ctl.hostile import a_world

QUICK = ("--yes", "--soak", "0s", "--bake", "0s")


@dataclass(frozen=True)
class Fleet:
    """Clients, each on a host of its own that is called after it.

    Attributes:
        lectl: the operator's command line; its settings are those of this process.
    """

    lectl: Cli

    @property
    def world(self) -> World:
        return a_world()

    def state(self, client: str) -> Path:
        return self.lectl.folder / "memory" / f"host-{client}.json"

    def add(self, *clients: str, release: str = "1.0.0") -> None:
        """Deploy clients, the short way."""
        world = self.world
        bundle = world.library.load(release)
        for number, name in enumerate(clients, len(world.store.clients.names())):
            address = HostAddress.parse(f"memory://host-{name}")
            spec = a_spec(name, f"{name}.test").model_copy(update={"client_id": f"{number:024x}"})
            orders = (bundle.order(None), Activate(spec=spec, release=release))
            with MemoryHost(address, self.state(name)) as host:
                host.prepare(an_image("agent"), roots=world.library.roots())
                for step, order in enumerate(orders):
                    list(host.submit(Task(id=f"deployed-{name}-{step}", order=order)))
            world.store.hosts.save(address.name, str(address))
            world.store.clients.save(ClientRecord(spec=spec, host=address.name))
            world.store.clients.mark_live(name, release)

    def publish(
        self, version: str, channels: tuple[str, ...] = ("stable",), **manifest: object
    ) -> None:
        publish(self.lectl.folder, a_draft(version, **manifest), channels=channels)

    def order_faults(self, client: str, **faults: object) -> None:
        """Let a host fail from now on; without faults it is well again."""
        text = MemoryFaults.model_validate(faults).model_dump_json()
        faults_file(self.state(client)).write_text(text)

    def update(self, *words: str) -> Ran:
        return self.lectl("update", *words, *QUICK)

    def host(self, client: str) -> MemoryState:
        """What the host of a client remembers."""
        return load(self.state(client))

    def runs(self, client: str) -> str:
        """The release that the client's host runs."""
        return self.host(client).stacks[client].release

    def ever_ran(self, version: str) -> set[str]:
        """Clients on whose host a release ever was in service, by the hosts' own record."""
        found = {name: self.host(name).stacks[name] for name in self.world.store.clients.names()}
        return {
            name
            for name, stack in found.items()
            if version in {stack.release, *stack.tripped, *(each.release for each in stack.earlier)}
        }

    def activations(self, client: str) -> int:
        """How often a generation of the client was activated, by the host's own record."""
        state = self.host(client)
        orders = [
            each for each in state.journal.values() if each.verb == "activate" and each.outcome
        ]
        generation = state.stacks[client].generation
        assert generation == len(orders), (
            f"{client}: {generation} generations, {len(orders)} orders"
        )
        return generation

    def rollout(self) -> RolloutRecord:
        """The last one."""
        return self.world.store.rollouts.recent(1)[0]

    def target(self, client: str) -> TargetRecord:
        """A client in the last rollout."""
        targets = self.world.store.rollouts.targets(self.rollout().id)
        return next(each for each in targets if each.client == client)

    def states(self) -> dict[str, str]:
        """Client -> how far it is in the last rollout."""
        targets = self.world.store.rollouts.targets(self.rollout().id)
        return {each.client: each.state.value for each in targets}
