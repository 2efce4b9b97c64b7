"""A few questions to the engine over its own socket, where starting a program each time would cost too much.

An agent that is asked twice a minute how its host is would spend its whole budget on starting `docker`.
Questions alone: whatever changes something goes through `docker.py`.
"""

import json
import socket
from typing import Any
from urllib.parse import quote

from leadengine_agent.docker import DockerError

SOCKET = "/var/run/docker.sock"
_API = "/v1.41"
"""Of Engine 20.10, the oldest that is supported."""

_TIMEOUT = 20.0
_MOST = 16_000_000


def ask(path: str, socket_path: str = SOCKET, **filters: list[str]) -> Any:
    """Ask one question and return the answer's JSON; several answers in a row come as a list.

    Raises:
        DockerError: the engine does not answer, or does not like the question.
    """
    mark = "&" if "?" in path else "?"
    query = f"{mark}filters={quote(json.dumps(filters))}" if filters else ""
    words = ("engine", path)
    try:
        head, body = _exchange(f"{_API}{path}{query}", socket_path)
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise DockerError(words, 1, (f"the engine does not answer: {error}",)) from error
    if b" 200 " not in head.partition(b"\r\n")[0] + b" ":
        raise DockerError(
            words, 1, (f"the engine answered {head[:40].decode('ascii', 'replace')}",)
        )
    return lines[0] if len(lines) == 1 and path.startswith("/containers") else lines


def _exchange(path: str, socket_path: str) -> tuple[bytes, bytes]:
    # HTTP/1.0: the answer comes whole and ends with the connection.
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_TIMEOUT)
        connection.connect(socket_path)
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: engine\r\n\r\n".encode())
        with connection.makefile("rb") as stream:
            head, _, body = stream.read(_MOST).partition(b"\r\n\r\n")
    return head, body


def containers(label: str) -> list[dict[str, Any]]:
    """Every container with a label, running or not, in short (`Id`, `State`, `Status`, `Labels`, …)."""
    found: list[dict[str, Any]] = ask("/containers/json?all=true", label=[label])
    return found


def deaths(since: float, until: float, label: str) -> list[dict[str, Any]]:
    """The deaths of containers with a label between two moments, as the engine remembers them."""
    found: list[dict[str, Any]] = ask(
        f"/events?since={since:.6f}&until={until:.6f}",
        type=["container"],
        event=["die"],
        label=[label],
    )
    return found
