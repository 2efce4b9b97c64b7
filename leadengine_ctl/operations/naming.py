"""Let a client's domain lead to its host, and take that away again. Only what we made is ever removed."""

import ipaddress
from dataclasses import dataclass
from functools import partial

from leadengine_ctl.dns.base import DnsProvider, Kind, Record, records_of
from leadengine_ctl.dns.manual import instructions
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.made_records import MadeRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, World

_KINDS: tuple[Kind, ...] = ("A", "AAAA")


def addresses_of(world: World, address: HostAddress) -> tuple[str, ...]:
    """Addresses that lead to a host from everywhere: of its server, or as the host was named."""
    rented = world.store.servers.of_host(address.name)
    if rented and rented.reserved:
        # The other ones go with the server; what outlives it must be all that a domain leads to.
        return (rented.reserved,)
    if rented:
        return tuple(each for each in (rented.address, rented.address6) if each)
    try:
        return (str(ipaddress.ip_address(address.address)),)
    except ValueError:
        return ()


@dataclass(frozen=True)
class Naming:
    """The names of one client."""

    world: World
    client: str
    domain: str

    def point(self, who: str, addresses: tuple[str, ...], *, replace: bool) -> Did:
        """Let the domain lead to these addresses.

        Args:
            who: a provider's name, `auto` or `manual`.
            replace: records that somebody else made may go.

        Raises:
            NotAllowedError: the domain leads elsewhere, by records that we did not make.
        """
        wanted = records_of(self.domain, addresses)
        provider = self.provider(who)
        if provider is None or not wanted:
            return Did(changed=False, detail=" ".join(instructions(wanted)).strip())
        old = self._present(provider)
        strange = [each for each in old if each not in wanted and not self._is_ours(each)]
        if strange and not replace:
            raise self._leads_elsewhere(provider, strange)
        missing = [each for each in wanted if each not in old]
        for record in missing:
            self.put(provider, record)
        gone = [each for each in old if each not in wanted]
        for record in gone:
            self._remove(provider, record)
        shown = ", ".join(each.value for each in wanted)
        return Did(changed=bool(missing or gone), detail=f"{shown} by {provider.name}")

    def forget(self) -> Did:
        """Remove every record that we made for the client."""
        made = self.world.store.names.of(self.client)
        for each in made:
            self._remove(self.world.clouds.dns(each.provider), _record(each))
        return Did(
            changed=bool(made), detail=", ".join(f"{each.name} {each.kind}" for each in made)
        )

    def put(self, provider: DnsProvider, record: Record) -> None:
        """Make a record; noted first: one that was made and not noted would be forgotten."""
        self.world.store.names.add(self._made(provider, record))
        self.world.clouds.patience.settle(partial(provider.put, record))

    def forget_proofs(self) -> None:
        """Remove every TXT record that we made for the client."""
        for each in self.world.store.names.of(self.client):
            if each.kind == "TXT":
                self._remove(self.world.clouds.dns(each.provider), _record(each))

    def _remove(self, provider: DnsProvider, record: Record) -> None:
        self.world.clouds.patience.settle(partial(provider.remove, record))
        self.world.store.names.remove(self._made(provider, record))

    def provider(self, who: str) -> DnsProvider | None:
        """Who to order it from; None: it is in a person's hands."""
        if who == "manual":
            return None
        if who != "auto":
            return self.world.clouds.dns(who)
        opened = map(self.world.clouds.dns, self.world.clouds.dns_configured)
        return next((each for each in opened if each.zone_of(self.domain)), None)

    def _present(self, provider: DnsProvider) -> list[Record]:
        """What the name leads to now; where other machines of the stack are is their business."""
        others = {
            _record(each)
            for each in self.world.store.names.at(self.domain)
            if each.client != self.client
        }
        found = (
            Record(self.domain, kind, value)
            for kind in _KINDS
            for value in provider.values(self.domain, kind)
        )
        return [each for each in found if each not in others]

    def _is_ours(self, record: Record) -> bool:
        made = self.world.store.names.of(self.client)
        return any((each.name, each.kind, each.value) == _key(record) for each in made)

    def _made(self, provider: DnsProvider, record: Record) -> MadeRecord:
        name, kind, value = _key(record)
        return MadeRecord(
            name=name, kind=kind, value=value, client=self.client, provider=provider.name
        )

    def _leads_elsewhere(self, provider: DnsProvider, strange: list[Record]) -> NotAllowedError:
        shown = ", ".join(f"{each.kind} {each.value}" for each in strange)
        return NotAllowedError(
            f"{self.domain} leads elsewhere already",
            f"{provider.name} has records that lectl did not make: {shown}.",
            "If nobody needs them any more, give --replace-dns; else choose another domain.",
        )


def _record(made: MadeRecord) -> Record:
    kinds: dict[str, Kind] = {"A": "A", "AAAA": "AAAA", "TXT": "TXT"}
    return Record(made.name, kinds[made.kind], made.value)


def _key(record: Record) -> tuple[str, str, str]:
    return record.name, record.kind, record.value
