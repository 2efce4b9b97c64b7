"""Ask the api of this container, as somebody who can read the stack's secret.

A process that answers already does the work, so a command takes as long as starting an interpreter.
Standard library only, and little of it, for the same reason.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from leadengine.controlling.proof import proof_of
from leadengine.healthcheck import API

_SECONDS = 110.0
"""Without a byte; less than whoever started us waits."""
_PIECE = 64 * 1024


def ask(path: str, asked: bytes) -> tuple[bool, bytes]:
    """Whether it answered with 200, and what.

    Raises:
        OSError: it does not answer.
    """
    with _connected(path, "HTTP/1.0", f"Content-Length: {len(asked)}") as connection:
        connection.sendall(asked)
        return _answer(connection)


def ask_for_stream(path: str, asked: bytes, out: BinaryIO) -> tuple[bool, bytes]:
    """The same with a long answer: it is written to `out` as it comes; nothing else is answered then.

    Raises:
        OSError: it does not answer, or the answer broke off.
    """
    with _connected(path, "HTTP/1.1", f"Content-Length: {len(asked)}") as connection:
        connection.sendall(asked)
        with connection.makefile("rb") as stream:
            good = b" 200 " in stream.readline()
            while stream.readline().strip():
                pass
            if not good:
                return False, stream.read()
            for piece in _chunks(stream):
                out.write(piece)
            out.flush()
    return True, b""


def send_stream(path: str, given: BinaryIO) -> tuple[bool, bytes]:
    """The same with a long question, sent as it is read."""
    with _connected(path, "HTTP/1.1", "Transfer-Encoding: chunked") as connection:
        try:
            for piece in _pieces(given):
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.sendall(b"0\r\n\r\n")
        except BrokenPipeError:
            pass  # It was refused before all of it was sent; the answer says why.
        return _answer(connection)


def _connected(path: str, version: str, length: str) -> socket.socket:
    connection = socket.create_connection(API, timeout=_SECONDS)
    head = (
        f"POST {path} {version}\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {proof_of(_secret(os.environ))}\r\n"
        f"Content-Type: application/octet-stream\r\n{length}\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def _answer(connection: socket.socket) -> tuple[bool, bytes]:
    with connection.makefile("rb") as stream:
        status, _, body = stream.read().partition(b"\r\n\r\n")
    return b" 200 " in status.partition(b"\r\n")[0], body


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while size := int(stream.readline().partition(b";")[0] or b"-1", 16):
        piece = stream.read(size) if size > 0 else b""
        if len(piece) != size:
            raise OSError("its answer broke off")
        yield piece
        stream.readline()


def _secret(environ: Mapping[str, str]) -> str:
    path = environ.get("SESSION_SECRET_FILE")
    if not path:
        return environ.get("SESSION_SECRET", "").strip()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
        return file.read().strip()
