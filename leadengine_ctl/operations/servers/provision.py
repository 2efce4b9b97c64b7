"""Provision: from nothing to a host that can be deployed to."""

from dataclasses import dataclass

from leadengine_agent.protocol import StepState
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.fleet.store import now
from leadengine_ctl.operations import failpoint
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.servers.arriving import Arriving
from leadengine_ctl.operations.servers.first_boot import HostKeyPair, make_host_key, user_data
from leadengine_ctl.operations.servers.request import ProvisionRequest, ServerVerb, lock_of
from leadengine_ctl.operations.servers.wanted import Offer, Place, find_offer
from leadengine_ctl.providers.base import CLIENT, FLEET, OPERATION, ServerOrder
from leadengine_ctl.providers.finding import create_once


@dataclass(frozen=True)
class Provision(ServerVerb[ProvisionRequest]):
    """The verb."""

    name: str = "provision"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps, arriving = _Steps(run, self.request), Arriving(run, self.request.name)
        return (
            Work("choose", steps.choose),
            Work("order", steps.order),
            Work("create", steps.create),
            Work("boot", arriving.boot),
            Work("connect", arriving.connect),
            Work("identity", arriving.identity),
            Work("register", arriving.register),
        )


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: ProvisionRequest

    def choose(self) -> Did:
        """Nothing is bought that is not for sale, too small, or for a client that has a host."""
        known = self._known()
        if known and known.server:
            refuse_other(known, self.request)
            return Did(changed=False, detail=f"{known.server} is there already")
        offer = self._offer()
        return Did(changed=False, detail=f"{offer.words}: {offer.price}")

    def order(self) -> Did:
        """Note what is about to be ordered, with the key it will be known by."""
        world, request, known = self.run.world, self.request, self._known()
        if known and known.server:
            return Did(changed=False, detail=f"{known.server} is there already")
        offer = self._offer()
        bought = {
            "provider": offer.provider,
            "size": offer.size.name,
            "region": offer.region,
            "monthly": "" if offer.monthly is None else str(offer.monthly),
            "currency": offer.size.currency,
        }
        if known:
            self._refuse_lost(known)
            world.store.servers.change(known.operation, **bought)
            return Did(changed=False)
        key = make_host_key()
        world.store.servers.add(
            ServerRecord(
                operation=self.run.operation,
                name=request.name,
                client=request.client,
                first_key=key.public,
                private_key=key.private,
                created_at=now(),
                **bought,
            )
        )
        return Did(changed=True, detail=offer.price)

    def create(self) -> Did:
        """Have the server: found by its tag, or ordered; its id noted at once."""
        world, record = self.run.world, self._get()
        provider = world.clouds.provider(record.provider)
        if record.server and provider.find(record.server):
            return Did(changed=False, detail=record.server)
        self.run.tell("create/order", StepState.STARTED, f"{record.size} at {record.provider}")
        made = create_once(provider, self._order_of(record), world.clouds.patience)
        failpoint.reach("provision.create:bought")
        world.store.servers.change(record.operation, server=made.id)
        return Did(changed=True, detail=made.id)

    def _order_of(self, record: ServerRecord) -> ServerOrder:
        world = self.run.world
        if record.private_key is None:
            raise NotAllowedError(
                f"The server {record.name} is gone, and cannot be made again under its old order",
                "It was a host already, and its first key is forgotten.",
                f"Forget it first: lectl host delete {record.name}",
            )
        key, mine = HostKeyPair(record.first_key, record.private_key), world.clouds.public_key()
        tags = {FLEET: world.store.servers.fleet(), OPERATION: record.operation}
        return ServerOrder(
            name=f"{record.name}-{record.operation[-6:]}",
            size=record.size,
            region=record.region,
            public_key=mine,
            user_data=user_data(record.name, key, mine),
            tags={**tags, CLIENT: record.client} if record.client else tags,
        )

    def _refuse_lost(self, known: ServerRecord) -> None:
        """An order that may have been carried out elsewhere is not moved to another place."""
        old = (known.provider, known.region, known.size)
        if old == (self.request.provider, self.request.region, self.request.size):
            return
        provider = self.run.world.clouds.provider(known.provider)
        if provider.servers(OPERATION, known.operation):
            raise _other(known)

    def _offer(self) -> Offer:
        request = self.request
        return find_offer(self.run.world, Place(request.provider, request.size, request.region))

    def _known(self) -> ServerRecord | None:
        return self.run.world.store.servers.named(self.request.name)

    def _get(self) -> ServerRecord:
        return Arriving(self.run, self.request.name).record


def refuse_other(known: ServerRecord, request: ProvisionRequest) -> None:
    """Refuse to take up a server that is not what is asked for.

    Raises:
        NotAllowedError: it is of another provider, size or place.
    """
    same = (known.provider, known.size, known.region)
    if same != (request.provider, request.size, request.region):
        raise _other(known)


def _other(known: ServerRecord) -> NotAllowedError:
    return NotAllowedError(
        f"There is a server called {known.name} already",
        f"It is a {known.size} at {known.provider} in {known.region}.",
        f"Go on with that one, or give it back first: lectl host delete {known.name}",
    )


def provision_request(name: str, client: str, offer: Offer) -> ProvisionRequest:
    """What was asked for, with nothing left open."""
    return ProvisionRequest(
        lock=lock_of(name, client),
        name=name,
        client=client,
        provider=offer.provider,
        size=offer.size.name,
        region=offer.region,
    )
