"""Reserved addresses: had for a server, moved to another one, given back.

Each method is a step: it can be repeated, and killed anywhere.
"""

from dataclasses import dataclass

from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.servers.arriving import Arriving
from leadengine_ctl.operations.servers.giving_back import find_server
from leadengine_ctl.operations.servers.request import (
    MoveAddressRequest,
    ServerRequest,
    ServerVerb,
    lock_of,
)
from leadengine_ctl.providers.base import Address, Keeping, price_text


@dataclass(frozen=True)
class Reserve(ServerVerb[ServerRequest]):
    """The verb."""

    name: str = "reserve-address"

    def works(self, run: Run) -> tuple[Work, ...]:
        held = Held(run, self.request.name)
        return (Work("reserve", held.reserve), Work("hold", held.hold))


@dataclass(frozen=True)
class MoveAddress(ServerVerb[MoveAddressRequest]):
    """The verb."""

    name: str = "move-address"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Moving(run, self.request)
        return (
            Work("move", steps.move),
            Work("hold", Held(run, self.request.to).hold),
            Work("let-go", Held(run, self.request.name).let_go),
        )


@dataclass(frozen=True)
class Release(ServerVerb[ServerRequest]):
    """The verb."""

    name: str = "release-address"

    def works(self, run: Run) -> tuple[Work, ...]:
        held = Held(run, self.request.name)
        return (Work("let-go", held.let_go), Work("release", held.release))


@dataclass(frozen=True)
class Held(Arriving):
    """The reserved address of one server."""

    def reserve(self) -> Did:
        """There is one, it leads here, and it is noted."""
        before, found = self.record.reserved, self._reserved()
        # One more try finds it by the server that it leads to: none is forgotten by a kill in between.
        self.run.world.store.servers.change(self.record.operation, reserved=found.address)
        return Did(changed=before != found.address, detail=found.address)

    def hold(self) -> Did:
        """The host itself answers to it, where its provider leaves that to the host."""
        if not self.record.reserved:
            return Did(changed=False)
        found = self._reserved()
        own = (found.own,) if found.own else ()
        with self.run.world.open_host(self.address) as host:
            return Did(changed=host.hold_addresses(own), detail=found.address)

    def let_go(self) -> Did:
        """The host does not answer to it any more; one that is lost does not matter."""
        try:
            with self.run.world.open_host(self.address) as host:
                return Did(changed=host.hold_addresses(()))
        except HostUnreachableError as error:
            return Did(changed=False, detail=f"passed over: {error.what}")

    def release(self) -> Did:
        """Given back at the provider, and forgotten."""
        record, provider = self.record, self.provider
        if not record.reserved:
            return Did(changed=False)
        self.run.world.clouds.patience.settle(lambda: provider.drop_address(record.reserved))
        self.run.world.store.servers.change(record.operation, reserved="")
        return Did(changed=True, detail=record.reserved)

    def _reserved(self) -> Address:
        provider = self.provider
        return self.run.world.clouds.patience.settle(lambda: provider.reserve_address(self.server))


@dataclass(frozen=True)
class _Moving:
    run: Run
    request: MoveAddressRequest

    def move(self) -> Did:
        """It leads to the other server, and both are noted so."""
        world, address = self.run.world, self.request.address
        old, new = (Arriving(self.run, each) for each in (self.request.name, self.request.to))
        provider, to = new.provider, new.server
        world.clouds.patience.settle(lambda: provider.move_address(address, to))
        changed = new.record.reserved != address
        world.store.servers.change(new.record.operation, reserved=address)
        world.store.servers.change(old.record.operation, reserved="")
        return Did(changed=changed, detail=f"{address} leads to {self.request.to}")


def reserve_request(world: World, name: str) -> ServerRequest:
    """A request for an address.

    Raises:
        NotFoundError, NotAllowedError: there is no such server, or it is no host yet.
    """
    record = _host(world, name)
    return ServerRequest(lock=lock_of(record.name, record.client), name=record.name)


def move_request(world: World, name: str, to: str) -> MoveAddressRequest:
    """A request to move the address of one server to another.

    Raises:
        NotFoundError, NotAllowedError: it cannot be.
    """
    old, new = find_server(world, name), _host(world, to)
    if old.provider != new.provider:
        raise NotAllowedError(
            f"The address of {old.name} cannot lead to {new.name}",
            f"It belongs to {old.provider}, and that server is at {new.provider}.",
            "Reserve one there, and let the domain lead to it: lectl deploy … --dns auto",
        )
    if old.name == new.name or new.reserved:
        raise NotAllowedError(
            f"{new.name} has a reserved address already",
            f"{new.reserved or old.reserved} leads to it, and a host has one.",
            f"Give that one back first: lectl host address release {new.name}",
        )
    address = reserved_of(old)
    lock = lock_of(old.name, old.client)
    return MoveAddressRequest(lock=lock, name=old.name, to=new.name, address=address)


def release_request(world: World, name: str) -> ServerRequest:
    """A request to give an address back."""
    record = find_server(world, name)
    reserved_of(record)
    return ServerRequest(lock=lock_of(record.name, record.client), name=record.name)


def reserved_of(record: ServerRecord) -> str:
    """The address that is reserved for a server.

    Raises:
        NotAllowedError: none is.
    """
    if record.reserved:
        return record.reserved
    raise NotAllowedError(
        f"{record.name} has no reserved address",
        "It has the one that it was made with, which goes with it.",
        f"Reserve one: lectl host address reserve {record.name}",
    )


def _host(world: World, name: str) -> ServerRecord:
    record = find_server(world, name)
    if not record.live:
        raise NotAllowedError(
            f"The server {record.name} is no host yet",
            "It was ordered, and has not arrived.",
            "Run the command again that was to make it one.",
        )
    return record


def address_price(world: World, record: ServerRecord) -> str:
    """What a reserved address costs, as people read it."""
    keeping: Keeping = world.clouds.provider(record.provider).keeping(record.region)
    used = price_text(keeping.address, keeping.currency)
    idle = price_text(keeping.idle_address, keeping.currency)
    return used if used == idle else f"{used} while it leads to a server, else {idle}"


def clients_there(world: World, record: ServerRecord) -> tuple[str, ...]:
    """The clients that live on a server."""
    return tuple(each.slug for each in world.store.clients.all() if each.host == record.host)
