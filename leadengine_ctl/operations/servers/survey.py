"""What is rented, what it costs, and what is there that nobody knows."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.providers.base import FLEET, Server, price_text

RENTING = ("hetzner", "digitalocean", "aws", "memory")


@dataclass(frozen=True)
class Orphan:
    """A server with our fleet's tag that no record knows: it costs money and serves nobody."""

    provider: str
    server: Server


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


def survey(world: World, providers: tuple[str, ...]) -> Survey:
    """Compare providers with the store; one that cannot be asked is named, not passed over."""
    servers = world.store.servers
    fleet, known = servers.fleet(), servers.all()
    orphans: list[Orphan] = []
    missing: list[ServerRecord] = []
    unasked: dict[str, str] = {}
    for name in providers:
        mine = [each for each in known if each.provider == name]
        try:
            found = world.clouds.provider(name).servers(FLEET, fleet)
        except (ApiError, UsageError) as error:
            unasked[name] = error.what
            continue
        ids = {each.server for each in mine}
        orders = {each.operation for each in mine}
        orphans += [
            Orphan(name, each)
            for each in found
            if each.id not in ids and each.tags.get("leadengine-operation") not in orders
        ]
        there = {each.id for each in found}
        missing += [each for each in mine if each.server and each.server not in there]
    return Survey(tuple(orphans), tuple(missing), unasked)


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
