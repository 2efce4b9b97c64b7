"""What is paid for at providers and that nobody knows: servers, snapshots, addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal

from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.providers.base import (
    FLEET,
    OPERATION,
    Address,
    Provider,
    Server,
    Snapshot,
    price_text,
)


@dataclass(frozen=True)
class Orphan:
    """Something with our fleet's tag that no record knows: it costs money and serves nobody.

    Attributes:
        made_at: ISO 8601; empty: the provider does not say.
        monthly: None: unknown.
        ours: False: the provider does not tell whose it is, so it is never deleted from here.
    """

    provider: str
    kind: Literal["server", "snapshot", "address"]
    id: str
    name: str
    region: str
    made_at: str
    monthly: Decimal | None
    currency: str
    ours: bool = True

    @property
    def price(self) -> str:
        return price_text(self.monthly, self.currency)


@dataclass(frozen=True)
class Survey:
    """What providers show, compared with what we know.

    Attributes:
        missing: servers that we know, and their provider does not.
        unasked: provider -> why it could not be asked.
    """

    orphans: tuple[Orphan, ...]
    missing: tuple[ServerRecord, ...]
    unasked: dict[str, str]


def survey(world: World, providers: tuple[str, ...]) -> Survey:
    """Compare providers with the store; one that cannot be asked is named, not passed over."""
    known = world.store.servers.all()
    orphans: list[Orphan] = []
    missing: list[ServerRecord] = []
    unasked: dict[str, str] = {}
    for name in providers:
        mine = tuple(each for each in known if each.provider == name)
        try:
            look = _Look(world.clouds.provider(name), world.store.servers.fleet(), mine)
            orphans += look.orphans()
        except (ApiError, UsageError) as error:
            unasked[name] = error.what
            continue
        missing += look.missing()
    return Survey(tuple(orphans), tuple(missing), unasked)


def give_back(world: World, orphan: Orphan) -> None:
    """Delete it at its provider; one that is gone is fine."""
    provider = world.clouds.provider(orphan.provider)
    orders = {
        "server": provider.delete,
        "snapshot": provider.delete_snapshot,
        "address": provider.drop_address,
    }
    world.clouds.patience.settle(partial(orders[orphan.kind], orphan.id))
    world.record("host orphans delete", orphan.name, detail=f"{orphan.kind} {orphan.id}")


class _Look:
    """One provider, beside the servers that we know there."""

    def __init__(self, provider: Provider, fleet: str, mine: tuple[ServerRecord, ...]) -> None:
        self._provider, self._fleet, self._mine = provider, fleet, mine
        self._there = provider.servers(FLEET, fleet)

    def missing(self) -> list[ServerRecord]:
        there = {each.id for each in self._there}
        return [each for each in self._mine if each.server and each.server not in there]

    def orphans(self) -> list[Orphan]:
        servers = [each for each in self._there if not self._is_known(each)]
        lost = {each.id for each in servers}
        kept = {each.id for each in self._there} - lost
        found = [self._server(each) for each in servers]
        pictures = self._provider.all_snapshots(self._fleet)
        found += [self._picture(each) for each in pictures if each.server not in kept]
        return found + list(self._addresses(kept))

    def _is_known(self, found: Server) -> bool:
        ids = {each.server for each in self._mine}
        orders = {each.operation for each in self._mine}
        return found.id in ids or found.tags.get(OPERATION) in orders

    def _addresses(self, kept: set[str]) -> Iterator[Orphan]:
        """Those that lead to no server of ours, and are in no record."""
        known = {each.reserved for each in self._mine} | {each.address for each in self._mine}
        for each in self._provider.addresses(self._fleet):
            if each.address not in known and each.server not in kept:
                yield self._address(each)

    def _server(self, found: Server) -> Orphan:
        sizes = {each.name: each for each in self._provider.sizes(found.region)}
        size = sizes.get(found.size)
        monthly, currency = (size.prices.get(found.region), size.currency) if size else (None, "")
        place = (found.id, f"{found.name} ({found.size})", found.region)
        return Orphan(self._provider.name, "server", *place, found.made_at, monthly, currency)

    def _picture(self, found: Snapshot) -> Orphan:
        price = self._provider.keeping("")
        monthly = None
        if found.size_gb is not None and price.snapshot_gb is not None:
            monthly = found.size_gb * price.snapshot_gb
        place = (found.id, found.name, "")
        return Orphan(
            self._provider.name, "snapshot", *place, found.made_at, monthly, price.currency
        )

    def _address(self, found: Address) -> Orphan:
        price = self._provider.keeping(found.region)
        monthly = price.address if found.server else price.idle_address
        place = (found.address, found.address, found.region)
        about = (found.made_at, monthly, price.currency)
        return Orphan(self._provider.name, "address", *place, *about, ours=found.ours)
