"""`leadengine-healthcheck [PATH]`: is this container's own process alive?

Standard library only, and little of it: engines run this every few seconds.
"""

import os
import socket
import sys
import time

API = ("127.0.0.1", 3000)
HEARTBEAT = "/tmp/leadengine-worker.heartbeat"  # noqa: S108 - a tmpfs of the container's own
FRESH_SECONDS = 30
ANSWER_SECONDS = 8


def main() -> int:
    """Exit code 0 when the process of `LEADENGINE_ROLE` is alive, 1 when it is not."""
    alive = {"api": _api_answers, "worker": _heart_beats}[os.environ["LEADENGINE_ROLE"]]
    try:
        return 0 if alive() else 1
    except OSError as error:
        sys.stderr.write(f"not alive: {error}\n")
        return 1


def _api_answers() -> bool:
    alive, reason = ask_api(sys.argv[1] if len(sys.argv) > 1 else "/healthz")
    if not alive:
        sys.stderr.write(reason)
    return alive


def ask_api(path: str) -> tuple[bool, str]:
    """Whether the api of this container answers a path with 200, and the text of its answer.

    Raises:
        OSError: nobody listens, or the answer takes longer than 8 seconds.
    """
    with socket.create_connection(API, timeout=ANSWER_SECONDS) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        with connection.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    return b" 200 " in head.partition(b"\r\n")[0], body.decode(errors="replace")


def _heart_beats() -> bool:
    return time.time() - os.stat(HEARTBEAT).st_mtime < FRESH_SECONDS  # noqa: PTH116 - pathlib is slow to import


if __name__ == "__main__":
    raise SystemExit(main())
