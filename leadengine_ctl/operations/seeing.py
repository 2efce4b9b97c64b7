"""Whether the world sees a client's domain where it should."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadengine_agent.protocol import StackSpec
from leadengine_ctl.dns.base import Record, records_of
from leadengine_ctl.dns.looking import Resolver, Seen, forbidding_caa, look_at_all
from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.operations.naming import addresses_of

_AUTHORITIES = {"acme-v02.api.letsencrypt.org": "letsencrypt.org"}
"""ACME directory -> the name by which CAA records mean its authority."""
_PAUSE = 5.0


@dataclass(frozen=True)
class Sight:
    """What was seen of a domain.

    Attributes:
        domain: the name, or names, in words.
        authority: who certifies, as CAA records name it; empty: not known.
        forbidden_by: the name whose CAA records do not let it; empty: it may.
    """

    domain: str
    host: str
    wanted: tuple[Record, ...]
    seen: tuple[Seen, ...]
    authority: str
    forbidden_by: str

    @property
    def is_right(self) -> bool:
        all_right = all(each.is_right for each in self.seen)
        return bool(self.wanted) and all_right and not self.forbidden_by


def watch(world: World, client: str, seconds: float, waiting: Callable[[Sight], None]) -> Sight:
    """Look until it is right, or the time is over.

    Args:
        waiting: called once, before the first pause.

    Raises:
        NotFoundError: there is no such client.
    """
    deadline = time.monotonic() + seconds
    sight = see(world, client)
    if not sight.is_right and time.monotonic() < deadline:
        waiting(sight)
    while not sight.is_right and time.monotonic() < deadline:
        time.sleep(min(_PAUSE, max(0.1, deadline - time.monotonic())))
        sight = see(world, client)
    return sight


def see(world: World, client: str) -> Sight:
    """Look once."""
    address = client_host(world, client)
    spec = world.store.clients.get(client).spec
    addresses = addresses_of(world, address)
    wanted = tuple(each for name in spec.served for each in records_of(name, addresses))
    resolvers = resolvers_of(world.settings.resolvers)
    directory = urlsplit(world.settings.acme_directory).hostname or ""
    authority = _AUTHORITIES.get(directory, "")
    return Sight(
        domain=" and ".join(spec.served),
        host=str(address),
        wanted=wanted,
        seen=tuple(look_at_all(spec.served, addresses, each) for each in resolvers),
        authority=authority,
        forbidden_by=_forbidding(spec, authority, resolvers[0]) if authority else "",
    )


def _forbidding(spec: StackSpec, authority: str, resolver: Resolver) -> str:
    """For each name of its certificate; a wildcard's own records are looked for at the domain."""
    names = [(each.removeprefix("*."), each.startswith("*.")) for each in spec.certified]
    found = (
        forbidding_caa(name, authority, resolver, wildcard=wildcard) for name, wildcard in names
    )
    return next((each for each in found if each), "")


def resolvers_of(text: str) -> tuple[Resolver, ...]:
    """Read `1.1.1.1 8.8.8.8:5353`.

    Raises:
        UsageError: a word is no address.
    """
    found = []
    for word in text.split():
        address, _, port = word.partition(":") if word.count(":") == 1 else (word, "", "")
        try:
            found.append(Resolver(address, int(port or 53)))
        except ValueError:
            raise _no_resolver(word) from None
    if not found:
        raise _no_resolver(text)
    return tuple(found)


def _no_resolver(word: str) -> UsageError:
    return UsageError(
        f"LECTL_RESOLVERS: '{word}' is not the address of a name server",
        "It is an IP address, with ':port' behind it where it is not 53.",
        "Write it as in '1.1.1.1 9.9.9.9'.",
    )
