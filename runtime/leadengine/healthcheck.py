"""`leadengine-healthcheck`: is this container's own process alive? Standard library only, and little."""

import os
import socket
import sys
import time

API = ("127.0.0.1", 3000)
HEARTBEAT = "/tmp/leadengine-worker.heartbeat"  # noqa: S108 - a tmpfs of the container's own
FRESH_SECONDS = 30


def main() -> int:
    """Exit code 0 when the process of `LEADENGINE_ROLE` is alive, 1 when it is not."""
    alive = {"api": _api_answers, "worker": _heart_beats}[os.environ["LEADENGINE_ROLE"]]
    try:
        return 0 if alive() else 1
    except OSError as error:
        sys.stderr.write(f"not alive: {error}\n")
        return 1


def _api_answers() -> bool:
    with socket.create_connection(API, timeout=2) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200 ")


def _heart_beats() -> bool:
    return time.time() - os.stat(HEARTBEAT).st_mtime < FRESH_SECONDS  # noqa: PTH116 - pathlib is slow to import


if __name__ == "__main__":
    raise SystemExit(main())
