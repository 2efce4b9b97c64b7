"""What a one-off container looks at over the network, since the executor has none.

Runs inside a container of the agent image and prints one JSON object; imports the standard library only.
"""

import base64
import http.client
import json
import socket
import ssl
import sys
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

_TIMEOUT = 8.0
_MOST = 100_000
_PAGES = ("/healthz", "/sign-in")
_BETWEEN = 0.6
_NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which the library has no name."""


def served(server_name: str) -> dict[str, str]:
    """Inside nginx's network: the generation it has switched on and the certificate it serves."""
    return {"generation": _generation(), "certificate": _certificate(server_name)}


def _generation() -> str:
    connection = http.client.HTTPConnection("127.0.0.1", 8081, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/-/generation")
        return connection.getresponse().read(100).decode("ascii", "replace").strip()
    finally:
        connection.close()


def _certificate(server_name: str) -> str:
    with (
        socket.create_connection(("127.0.0.1", 8443), timeout=_TIMEOUT) as raw,
        _trusting().wrap_socket(raw, server_hostname=server_name) as tls,
    ):
        return base64.b64encode(tls.getpeercert(binary_form=True) or b"").decode()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    # The question is what is served, not whether we trust it.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fetch(url: str) -> dict[str, object]:
    """From outside the stack: what a plain HTTP URL answers and where its name points."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    answer: dict[str, object] = {"addresses": _addresses(host), "body": "", "error": ""}
    connection = http.client.HTTPConnection(host, parts.port or 80, timeout=_TIMEOUT)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        answer["body"] = response.read(_MOST).decode("utf-8", "replace")
        answer["status"] = response.status
    except (OSError, http.client.HTTPException) as error:
        answer["error"] = str(error) or type(error).__name__
    finally:
        connection.close()
    return answer


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(each[4][0]) for each in found})


def visit(server_name: str, seconds: float) -> dict[str, int]:
    """Inside nginx's network: ask for pages like a visitor, three times a second, and count answers."""
    answered = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answered += sum(_page(server_name, path) for path in _PAGES)
        time.sleep(_BETWEEN)
    return {"answered": answered}


def _page(server_name: str, path: str) -> bool:
    connection = _Local(server_name)
    try:
        connection.request("GET", path, headers={"Host": server_name})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class _Local(http.client.HTTPConnection):
    """A connection to the nginx next door, which says the stack's name in the TLS handshake."""

    def __init__(self, server_name: str) -> None:
        super().__init__(server_name, timeout=_TIMEOUT)

    def connect(self) -> None:
        raw = socket.create_connection(("127.0.0.1", 8443), timeout=_TIMEOUT)
        self.sock = _trusting().wrap_socket(raw, server_hostname=self.host)


def ahead(url: str, trust: str) -> dict[str, float]:
    """Seconds that our clock is ahead of a server's, by the date on its answer.

    Who it is is checked, but not when its certificate is valid: the question is whether we know the time.

    Args:
        trust: file with authorities to trust; empty: the public ones.
    """
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=trust or None)
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=_TIMEOUT, context=context
    )
    try:
        asked = time.time()
        connection.request("GET", parts.path or "/")
        told = parsedate_to_datetime(connection.getresponse().headers.get("Date", ""))
        return {"ahead": (asked + time.time()) / 2 - told.timestamp()}
    finally:
        connection.close()


def main(words: list[str]) -> int:
    """`probe served NAME`, `probe visit NAME SECONDS`, `probe fetch URL` or `probe ahead URL TRUST`."""
    try:
        answer = _answer(words)
    except (OSError, http.client.HTTPException, ValueError) as error:
        answer = {"error": str(error) or type(error).__name__}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _answer(words: list[str]) -> object:
    match words:
        case ["served", name]:
            return served(name)
        case ["visit", name, seconds]:
            return visit(name, float(seconds))
        case ["fetch", url]:
            return fetch(url)
        case ["ahead", url, trust]:
            return ahead(url, trust)
    message = "unknown question"
    raise OSError(message)
