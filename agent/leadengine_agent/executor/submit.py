"""`leadengine-agent submit`: one task from standard input to the executor, its answers to standard output.

This is what runs inside `docker exec -i`; it knows no protocol, it only carries lines.
"""

import socket
import sys

from leadengine_agent.paths import SOCKET


def main() -> int:
    """Carry one line in, and lines out until the executor closes."""
    task = sys.stdin.buffer.readline()
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(SOCKET)
            connection.sendall(task)
            with connection.makefile("rb") as answers:
                for line in answers:
                    sys.stdout.buffer.write(line)
                    sys.stdout.buffer.flush()
    except OSError as error:
        sys.stderr.write(f"the executor does not answer: {error}\n")
        return 75  # EX_TEMPFAIL of sysexits.h: try again
    return 0


if __name__ == "__main__":
    sys.exit(main())
