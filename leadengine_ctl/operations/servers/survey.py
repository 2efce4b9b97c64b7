"""What is rented, and what it costs."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.providers.base import price_text

RENTING = ("hetzner", "digitalocean", "aws", "memory")


@dataclass(frozen=True)
class Cost:
    """A client's share of the servers it lives on. None: unknown, or not rented by us."""

    client: str
    host: str
    monthly: Decimal | None
    currency: str

    @property
    def text(self) -> str:
        return price_text(self.monthly, self.currency)


def providers_in_use(world: World) -> tuple[str, ...]:
    """Providers that servers of ours are at, and those that there is a token for."""
    settings = world.settings
    found = {each.provider for each in world.store.servers.all()}
    found |= {"hetzner"} if settings.hetzner_token else set()
    found |= {"digitalocean"} if settings.digitalocean_token else set()
    return tuple(each for each in RENTING if each in found)


def costs(world: World) -> tuple[Cost, ...]:
    """What each client costs a month: its host's price, shared among the clients that live there."""
    clients = world.store.clients.all()
    living = Counter(each.host for each in clients)
    return tuple(_share(world, each, living[each.host]) for each in clients)


def cost_of(world: World, client: ClientRecord) -> Cost:
    """The same for one client."""
    return _share(world, client, len(world.store.clients.on(client.host)))


def _share(world: World, client: ClientRecord, sharing: int) -> Cost:
    record = world.store.servers.of_host(client.host)
    monthly = Decimal(record.monthly) / sharing if record and record.monthly else None
    return Cost(client.slug, client.host, monthly, record.currency if record else "")
