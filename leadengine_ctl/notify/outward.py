"""HTTPS requests to addresses that an operator typed: outward only, never back inside (promise S11).

The name is resolved once, every address it stands for has to be public, and the connection goes to the
address that was looked at. Redirections are not followed.
"""

import http.client
import ipaddress
import json
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from leadengine_ctl.notify.base import NotSentError

_TIMEOUT = 10.0
_MOST = 4096
_LONGEST_TEXT = 512 * 1024


def post_json(url: str, value: dict[str, Any], *, headers: dict[str, str] | None = None) -> None:
    """Send a JSON object, and expect an answer below 300.

    Raises:
        NotSentError: the address is not a public one, or the message was not taken.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise _refused("only 'https://name/path' is asked, without a user in it")
    host, port = parts.hostname, _port(url)
    address = public_address(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Content-Type": "application/json", "User-Agent": "leadengine", **(headers or {})}
    try:
        connection = _Fixed(host, port, address)
        try:
            connection.request("POST", path, json.dumps(value).encode(), sent)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSentError("The message was not sent", type(error).__name__, "") from None
    if status >= 300:
        raise NotSentError("The message was not taken", f"The answer was {status}.", "")


def get_text(url: str) -> str:
    """Read an address, as far as half a megabyte.

    Raises:
        NotSentError: it is not a public one, or nothing was answered.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise _refused("only 'https://name/path' is asked, without a user in it")
    connection = _Fixed(parts.hostname, _port(url), public_address(parts.hostname, _port(url)))
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "leadengine"})
        answer = connection.getresponse()
        text = answer.read(_LONGEST_TEXT).decode(errors="replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSentError("The address was not read", type(error).__name__, "") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise NotSentError("The address was not read", f"The answer was {answer.status}.", "")
    return text


def public_address(host: str, port: int) -> str:
    """The address to connect to.

    Raises:
        NotSentError: the name has none, or one that is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused("the name does not resolve") from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(is_public, addresses)):
        raise _refused("the name leads to an address that is not public")
    return addresses[0]


def is_public(text: str) -> bool:
    """True for an address of the internet; what hides another one inside is looked into."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.teredo or address.is_site_local or int(address) >> 32 == 0:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class _Fixed(http.client.HTTPSConnection):
    """HTTPS to a name, at an address that was chosen before."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._secure = ssl.create_default_context()
        super().__init__(host, port, timeout=_TIMEOUT, context=self._secure)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), _TIMEOUT)
        self.sock = self._secure.wrap_socket(plain, server_hostname=self.host)


def _port(url: str) -> int:
    try:
        return urlsplit(url).port or 443
    except ValueError:
        raise _refused("the port is none") from None


def _refused(why: str) -> NotSentError:
    return NotSentError("The message was not sent", f"Refused: {why}.", "Look at the channel.")
