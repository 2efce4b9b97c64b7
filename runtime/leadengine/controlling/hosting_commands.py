"""`leadengine-admin hosting`: the clients of a shared stack, asked of the api of this container.

A process that answers already does the work, so a command takes as long as starting an interpreter.
Standard library only, and little of it, for the same reason.
"""

import os
import socket
import sys
from collections.abc import Mapping, Sequence

from leadengine.controlling.proof import proof_of
from leadengine.healthcheck import API

DOINGS = ("create", "list", "show", "suspend", "resume", "password", "count", "delete")
_SECONDS = 110.0
"""Less than whoever started us waits."""


def main(words: Sequence[str]) -> int:
    """Run one; its answer on standard output, what went wrong in one line on standard error."""
    if len(words) != 1 or words[0] not in DOINGS:
        sys.stderr.write(f"usage: leadengine-admin hosting {' | '.join(DOINGS)}\n")
        return 2
    try:
        done, text = _ask(words[0], sys.stdin.buffer.read(), _secret(os.environ))
    except OSError as error:
        done, text = False, f"the api of this container does not answer: {error}; try again"
    if not done:
        sys.stderr.write(f"leadengine-admin hosting failed: {text.strip().partition(chr(10))[0]}\n")
        return 1
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0


def _secret(environ: Mapping[str, str]) -> str:
    path = environ.get("SESSION_SECRET_FILE")
    if not path:
        return environ.get("SESSION_SECRET", "").strip()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
        return file.read().strip()


def _ask(doing: str, asked: bytes, secret: str) -> tuple[bool, str]:
    head = (
        f"POST /internal/hosting/{doing} HTTP/1.0\r\nHost: localhost\r\n"
        f"Authorization: Bearer {proof_of(secret)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(asked)}\r\n\r\n"
    )
    with socket.create_connection(API, timeout=_SECONDS) as connection:
        connection.sendall(head.encode() + asked)
        with connection.makefile("rb") as stream:
            status, _, body = stream.read().partition(b"\r\n\r\n")
    return b" 200 " in status.partition(b"\r\n")[0], body.decode(errors="replace")
