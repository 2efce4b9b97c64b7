"""The process that opens other people's files: little memory, no file of its own, and nobody misses it.

It reads from standard input a line of JSON and then as many bytes as the line says, and answers with
one line of JSON, again and again. What breaks it breaks nothing else.
"""

import json
import logging
import os
import resource
import sys
from dataclasses import asdict

from leadengine.knowledge.reading.kinds import read
from leadengine.knowledge.reading.section import UnreadableError

MEMORY = 512 * 1024 * 1024
"""Address space, of which half is the libraries'; the container has as much memory in all."""


def main() -> None:
    """Answer until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    logging.disable()
    sys.setrecursionlimit(2000)
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        content = sys.stdin.buffer.read(asked["size"])
        answer = _answer(asked["name"], content, asked["encoding"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(name: str, content: bytes, encoding: str) -> dict[str, object]:
    try:
        return asdict(read(name, content, encoding))
    except UnreadableError as error:
        return {"unreadable": str(error)}
    except MemoryError:
        return {"unreadable": f"{name} needs too much memory to be read"}
    except RecursionError:
        return {"unreadable": f"{name} is nested too deeply to be read"}
    except Exception as error:  # noqa: BLE001 - whatever a hostile file does to a library ends here
        return {"unreadable": f"{name} cannot be read ({type(error).__name__})"}


if __name__ == "__main__":
    main()
