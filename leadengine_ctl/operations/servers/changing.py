"""Resize and replace: another size, or a fresh system, for a server that stays."""

from dataclasses import dataclass

from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.servers.addresses import Held
from leadengine_ctl.operations.servers.arriving import Arriving
from leadengine_ctl.operations.servers.first_boot import HostKeyPair, make_host_key, user_data
from leadengine_ctl.operations.servers.giving_back import find_server, refuse_while_inhabited
from leadengine_ctl.operations.servers.request import (
    ResizeRequest,
    ServerRequest,
    ServerVerb,
    lock_of,
)
from leadengine_ctl.operations.servers.waiting import is_running, wait_for, wait_to_enter
from leadengine_ctl.operations.servers.wanted import Offer, Place, find_offer
from leadengine_ctl.providers.base import Server, ServerState


def resize_request(world: World, name: str, size: str) -> tuple[ResizeRequest, Offer]:
    """A resize and what it will cost.

    Raises:
        NotFoundError, NotAllowedError, SoldOutError: it may not be.
    """
    record = find_server(world, name)
    offer = find_offer(world, Place(record.provider, size, record.region))
    lock = lock_of(record.name, record.client)
    return ResizeRequest(lock=lock, name=record.name, size=size), offer


@dataclass(frozen=True)
class Resize(ServerVerb[ResizeRequest]):
    """The verb."""

    name: str = "resize"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Resizing(run, self.request.name, self.request.size)
        return (
            Work("choose", steps.choose),
            Work("address", steps.keep_address),
            Work("off", steps.off),
            Work("resize", steps.resize),
            Work("on", steps.on),
            Work("record", steps.note),
        )


@dataclass(frozen=True)
class _Resizing(Arriving):
    size: str

    def choose(self) -> Did:
        return Did(changed=False, detail=self._offer().price)

    def keep_address(self) -> Did:
        provider = self.provider
        if not provider.keeps_address:
            self.run.world.clouds.patience.settle(lambda: provider.add_address(self.server))
        return Did(changed=False, detail=self.record.address)

    def off(self) -> Did:
        if self._has_size():
            return Did(changed=False, detail="it has that size")
        self._settle_power(on=False)
        wait_for(self.run.world, self.provider, self.server, _is_off, "stop")
        return Did(changed=True)

    def resize(self) -> Did:
        if self._has_size():
            return Did(changed=False)
        provider = self.provider
        self.run.world.clouds.patience.settle(lambda: provider.resize(self.server, self.size))
        wait_for(self.run.world, provider, self.server, self._is_resized, "change its size")
        return Did(changed=True)

    def on(self) -> Did:
        found = self.provider.find(self.server)
        changed = found is not None and found.state is not ServerState.RUNNING
        self._settle_power(on=True)
        wait_for(self.run.world, self.provider, self.server, is_running, "start")
        world = self.run.world
        wait_to_enter(world, self.name, self._enter_and_leave)
        return Did(changed=changed)

    def note(self) -> Did:
        offer = self._offer()
        monthly = "" if offer.monthly is None else str(offer.monthly)
        changed = self.record.size != self.size
        self.run.world.store.servers.change(
            self.record.operation, size=self.size, monthly=monthly, currency=offer.size.currency
        )
        return Did(changed=changed, detail=offer.price)

    def _settle_power(self, *, on: bool) -> None:
        provider = self.provider
        self.run.world.clouds.patience.settle(lambda: provider.power(self.server, on=on))

    def _has_size(self) -> bool:
        found = self.provider.find(self.server)
        return found is not None and found.size == self.size

    def _is_resized(self, found: Server) -> bool:
        return found.size == self.size and found.state is ServerState.OFF

    def _offer(self) -> Offer:
        record = self.record
        return find_offer(self.run.world, Place(record.provider, self.size, record.region))


def _is_off(found: Server) -> bool:
    return found.state is ServerState.OFF


@dataclass(frozen=True)
class Replace(ServerVerb[ServerRequest]):
    """The verb."""

    name: str = "replace"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Replacing(run, self.request.name)
        return (
            Work("check", steps.check),
            Work("rebuild", steps.rebuild),
            Work("boot", steps.boot),
            Work("connect", steps.connect),
            Work("identity", steps.identity),
            Work("register", steps.register),
            Work("address", Held(run, self.request.name).hold),
        )


class _Replacing(Arriving):
    def check(self) -> Did:
        """Nobody lives there, and the key for its new life is noted."""
        refuse_while_inhabited(self.run.world, self.record)
        if self.record.live:
            key = None if self.provider.keeps_user_data else make_host_key()
            first = {"first_key": key.public, "private_key": key.private} if key else {}
            self.run.world.store.servers.change(
                self.record.operation, next_key="", live=False, **first
            )
        return Did(changed=False)

    def rebuild(self) -> Did:
        world, record, provider = self.run.world, self.record, self.provider
        text = ""
        if record.private_key is not None:
            key, mine = HostKeyPair(record.first_key, record.private_key), world.clouds.public_key()
            text = user_data(record.name, key, mine)
        world.clouds.patience.settle(lambda: provider.rebuild(self.server, text))
        return Did(changed=True)
