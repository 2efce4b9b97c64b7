"""Which addresses may be connected to: the public internet's, and networks that were named for it.

Decided on the address that is then connected to, at each connection: a name that changes its mind
between a check and a request, or a redirection, is checked like the first one.
"""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpcore2

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PORTS = frozenset((80, 443, 8080, 8443))
_EMBEDS_ANOTHER = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
    ip_network("::/96"),
)


# Reserved for protocols; some versions of Python take parts of it for the internet.
_PROTOCOLS = ip_network("192.0.0.0/24")


class ForbiddenAddressError(Exception):
    """A name leads to where no request may go; the text says which."""


def networks(text: str) -> tuple[Network, ...]:
    """Networks in a comma-separated list.

    Raises:
        ValueError: one is none.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_public(address: Address) -> bool:
    """Whether an address is somebody's on the internet, and not a way around to one inside."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _EMBEDS_ANOTHER):
            return False
    elif address in _PROTOCOLS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class Guard:
    """What may be connected to."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = allowed

    async def addresses_of(self, host: str, port: int) -> list[Address]:
        """The addresses behind a name, all of which may be connected to.

        Raises:
            ForbiddenAddressError: one of them, or the port, may not.
            OSError: there is no such name.
        """
        if port not in _PORTS:
            raise ForbiddenAddressError(f"port {port} is not one a website is read at")
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(host, port, type=2)
        found = list(dict.fromkeys(ip_address(str(info[4][0]).partition("%")[0]) for info in infos))
        for address in found:
            if not (is_public(address) or self._is_allowed(address)):
                raise ForbiddenAddressError(
                    f"{host} leads to {address}, which is not on the internet"
                )
        return found

    def _is_allowed(self, address: Address) -> bool:
        return any(
            address.version == network.version and address in network for network in self._allowed
        )


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to an address that the guard has seen, under the name that was asked for.

    TLS and `Host` keep the name; only where the bytes go is decided here.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        problem: Exception | None = None
        for address in await self._guard.addresses_of(host, port):
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except httpcore2.ConnectError as error:
                problem = error
        raise problem or OSError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def pool(guard: Guard, context: ssl.SSLContext | None = None) -> httpcore2.AsyncConnectionPool:
    """Connections that go nowhere the guard does not allow; no proxy takes part."""
    return httpcore2.AsyncConnectionPool(
        ssl_context=context,
        max_connections=4,
        keepalive_expiry=10,
        network_backend=GuardedBackend(guard),
    )
