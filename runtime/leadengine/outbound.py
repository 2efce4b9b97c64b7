"""Requests to addresses that a person typed: to the outside only, and to where the name points now."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 1_000_000


class OutboundError(Exception):
    """A request was not made, or not taken; the text says why, for whoever typed the address."""


@dataclass(frozen=True)
class Target:
    """A web address and the network address it was resolved to; used together, or not at all."""

    url: httpx.URL
    address: str

    @property
    def pinned(self) -> httpx.URL:
        """The same with the network address: a name that points elsewhere meanwhile changes nothing."""
        return self.url.copy_with(host=self.address)


async def resolve(url: str, *, private: bool = False) -> Target:
    """Look a web address up.

    Raises:
        OutboundError: it is none, is not found, or leads into a private network.
    """
    parts = urlsplit(url)
    schemes = ("https", "http") if private else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username:
        raise OutboundError("an address here starts with https:// and names no user")
    loop = asyncio.get_running_loop()
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError):
        raise OutboundError(f"{parts.hostname} is not found") from None
    addresses = [str(entry[4][0]) for entry in found]
    allowed = [one for one in addresses if private or ip_address(one).is_global]
    # All of them: a name that is half inside is not one of the outside.
    if not allowed or len(allowed) < len(addresses):
        raise OutboundError(f"{parts.hostname} leads into a private network")
    return Target(httpx.URL(url), allowed[0])


@dataclass(frozen=True)
class Answer:
    """A status, where it points to (when elsewhere), and the beginning of the text."""

    status: int
    location: str
    text: str


async def fetch(
    method: str, target: Target, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """Make one request; redirections are not followed, and of the text a megabyte is read at most.

    Raises:
        OutboundError: nobody answered in ten seconds.
    """
    told = {**(headers or {}), "Host": target.url.netloc.decode()}
    extensions = {"sni_hostname": target.url.host}
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream(
                method, target.pinned, content=content, headers=told, extensions=extensions
            ) as response,
        ):
            text = await _beginning(response)
            return Answer(response.status_code, response.headers.get("Location", ""), text)
    except (httpx.HTTPError, TimeoutError) as error:
        raise OutboundError(f"{target.url.host} did not answer: {_reason(error)}") from None


async def _beginning(response: httpx.Response) -> str:
    read = bytearray()
    async for chunk in response.aiter_bytes():
        read += chunk
        if len(read) > MOST_BYTES:
            break
    return bytes(read[:MOST_BYTES]).decode(errors="replace")


def _reason(error: Exception) -> str:
    late = isinstance(error, httpx.TimeoutException | TimeoutError)
    return "it took too long" if late else type(error).__name__
