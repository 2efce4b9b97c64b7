"""Whether the world sees a client's domain where it should."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadengine_ctl.dns.base import Record, records_of
from leadengine_ctl.dns.looking import Resolver, Seen, forbidding_caa, look
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


def watch(
    world: World, client: str, name: str, seconds: float, waiting: Callable[[Sight], None]
) -> Sight:
    """Look at one of its names until it is right, or the time is over.

    Args:
        waiting: called once, before the first pause.

    Raises:
        NotFoundError: there is no such client.
    """
    deadline = time.monotonic() + seconds
    sight = see(world, client, name)
    if not sight.is_right and time.monotonic() < deadline:
        waiting(sight)
    while not sight.is_right and time.monotonic() < deadline:
        time.sleep(min(_PAUSE, max(0.1, deadline - time.monotonic())))
        sight = see(world, client, name)
    return sight


def names_of_client(world: World, client: str) -> tuple[str, ...]:
    """The names under which a client's stack is served; a hosted one has two.

    Raises:
        NotFoundError: there is no such client.
    """
    return world.store.clients.get(client).spec.names


def see(world: World, client: str, name: str) -> Sight:
    """Look once at one of its names."""
    address = client_host(world, client)
    wanted = records_of(name, addresses_of(world, address))
    resolvers = resolvers_of(world.settings.resolvers)
    directory = urlsplit(world.settings.acme_directory).hostname or ""
    authority = _AUTHORITIES.get(directory, "")
    return Sight(
        domain=name,
        host=str(address),
        wanted=wanted,
        seen=tuple(look(name, wanted, each) for each in resolvers),
        authority=authority,
        forbidden_by=forbidding_caa(name, authority, resolvers[0]) if authority else "",
    )


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
