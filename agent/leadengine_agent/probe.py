"""What a one-off container looks at over the network, since the executor has none.

Runs inside a container of the agent image and prints one JSON object; imports the standard library only.
"""

import base64
import http.client
import json
import socket
import ssl
import sys
from urllib.parse import urlsplit

_TIMEOUT = 8.0
_MOST = 100_000


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
    context = ssl.create_default_context()
    # The question is what is served, not whether we trust it.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", 8443), timeout=_TIMEOUT) as raw,
        context.wrap_socket(raw, server_hostname=server_name) as tls,
    ):
        return base64.b64encode(tls.getpeercert(binary_form=True) or b"").decode()


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


def main(words: list[str]) -> int:
    """`probe served NAME` or `probe fetch URL`."""
    try:
        answer: object = served(words[1]) if words[0] == "served" else fetch(words[1])
    except (OSError, http.client.HTTPException, ssl.SSLError) as error:
        answer = {"error": str(error) or type(error).__name__}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0
