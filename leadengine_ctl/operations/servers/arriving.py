"""A server that was ordered becomes a host: it boots, is met by its own key, and gets one of its own.

Each method is a step: it can be repeated, and killed anywhere.
"""

from dataclasses import dataclass

from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.hosts.base import Host, HostAddress, HostKey
from leadengine_ctl.operations.base import Did, Run
from leadengine_ctl.operations.servers.waiting import is_running, wait_for, wait_to_enter
from leadengine_ctl.providers.base import Provider, Server


@dataclass(frozen=True)
class Arriving:
    """A server on its way; `name` is ours."""

    run: Run
    name: str

    @property
    def record(self) -> ServerRecord:
        found = self.run.world.store.servers.named(self.name)
        if found is None:
            raise NotAllowedError(
                f"There is no server called {self.name} any more",
                "It was deleted while this operation was under way.",
                "Run the command anew.",
            )
        return found

    @property
    def provider(self) -> Provider:
        return self.run.world.clouds.provider(self.record.provider)

    @property
    def server(self) -> str:
        """The provider's id."""
        return self.record.server or ""

    def boot(self) -> Did:
        """It runs and has an address that will stay."""
        world, provider, record = self.run.world, self.provider, self.record
        found = wait_for(world, provider, self.server, is_running, "start")
        address = found.address
        if not provider.keeps_address:
            address = world.clouds.patience.settle(lambda: provider.add_address(self.server))
        host = host_address(provider, found, address)
        changed = record.host != host.name
        world.store.servers.change(
            record.operation, host=host.name, address=address, address6=found.address6
        )
        return Did(changed=changed, detail=str(host))

    def connect(self) -> Did:
        """It lets us in, and shows the key it was given, or the one that took its place."""
        wait_to_enter(self.run.world, self.name, self._enter_and_leave)
        return Did(changed=False, detail="the key is the one it was given")

    def identity(self) -> Did:
        """A key of its own takes the place of the one that the provider has seen."""
        servers, record = self.run.world.store.servers, self.record
        with self._open() as host:
            own = host.draft_identity()
            changed = record.next_key != str(own)
            # Noted before it is shown: after a kill in between, both are known.
            servers.change(record.operation, next_key=str(own))
            host.adopt_identity()
        return Did(changed=changed, detail=own.fingerprint)

    def register(self) -> Did:
        """It is a host; what was needed to meet it is forgotten."""
        store, record, address = self.run.world.store, self.record, self.address
        store.hosts.pin(address.name, str(address), record.next_key or record.first_key)
        store.servers.change(record.operation, live=True, private_key=None)
        return Did(changed=not record.live, detail=str(address))

    @property
    def address(self) -> HostAddress:
        return address_of(self.record)

    def _enter_and_leave(self) -> None:
        with self._open():
            return

    def _open(self) -> Host:
        """Open the host with the key that it shows, of those it may show."""
        record, world = self.record, self.run.world
        keys = [HostKey.parse(each) for each in (record.next_key, record.first_key) if each]
        refused: NotAllowedError | None = None
        for key in keys:
            host = world.open_made(self.address, key)
            try:
                host.__enter__()
            except NotAllowedError as error:
                refused = error
                continue
            host.__exit__(None, None, None)
            return world.open_made(self.address, key)
        raise refused or HostUnreachableError(f"{self.address} has no key to be known by")


def address_of(record: ServerRecord) -> HostAddress:
    """Where the host is that a server of ours became."""
    if record.provider == "memory":
        return HostAddress.parse(f"memory://{record.host}")
    return HostAddress.parse(f"ssh://root@{_bracketed(record.address)}")


def host_address(provider: Provider, found: Server, address: str) -> HostAddress:
    """Where the host is that a server becomes."""
    if provider.name == "memory":
        return HostAddress.parse(f"memory://{found.name}")
    return HostAddress.parse(f"ssh://root@{_bracketed(address)}")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
