"""`leadengine-admin hosting`: the clients of a shared stack, asked of the api of this container.

`leadengine-admin travel`: a client as a stream on its way to another stack.
"""

import sys
from collections.abc import Sequence

from leadengine.controlling.asking import ask, ask_for_stream, send_stream

DOINGS = ("create", "list", "show", "suspend", "resume", "read-site", "password", "count", "delete")
TRAVELS = ("export", "import", "manifest")


def host(words: Sequence[str]) -> int:
    """Do something to a client; its answer on standard output, a failure in one line on standard error."""
    return _run("hosting", DOINGS, words)


def travel(words: Sequence[str]) -> int:
    """Let a client leave as standard output, or arrive from standard input."""
    return _run("travel", TRAVELS, words)


def _run(command: str, doings: Sequence[str], words: Sequence[str]) -> int:
    if len(words) != 1 or words[0] not in doings:
        sys.stderr.write(f"usage: leadengine-admin {command} {' | '.join(doings)}\n")
        return 2
    try:
        done, answer = _asked(words[0], f"/internal/{command}/{words[0]}")
    except OSError as error:
        text = f"the api of this container does not answer: {error}; try again"
        done, answer = False, text.encode()
    if done:
        sys.stdout.buffer.write(answer.rstrip(b"\n") + b"\n" if answer else b"")
        return 0
    first = answer.decode(errors="replace").strip().partition("\n")[0]
    sys.stderr.write(f"leadengine-admin {command} failed: {first}\n")
    return 1


def _asked(doing: str, path: str) -> tuple[bool, bytes]:
    if doing == "import":
        return send_stream(path, sys.stdin.buffer)
    asked = sys.stdin.buffer.read()
    if doing == "export":
        return ask_for_stream(path, asked, sys.stdout.buffer)
    return ask(path, asked)
