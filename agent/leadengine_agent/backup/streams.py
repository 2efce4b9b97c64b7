"""Streams between containers: a named pipe that one writes and another reads, and a verdict beside it.

A stream that was cut looks like one that ended. So the reader passes it on, and then waits to be told
whether the writer ended well: without that word it ends with an error, and restic keeps no snapshot.

Runs inside one-off containers of the agent image (`leadengine-agent receive`); standard library only.
"""

import json
import os
import select
import sys
import time
from pathlib import Path

_BLOCK = 1 << 20
_PATIENCE = 120.0
"""Seconds that a reader waits for the writer's first byte, and for the verdict after the last."""


def receive(pipe: Path, verdict: Path) -> int:
    """Copy the pipe to standard output; 0 only if the writer is known to have ended well.

    The number of bytes is left in `<verdict>.received`.
    """
    # Non-blocking, because opening would wait for a writer that may never come.
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not _wait_for_first(descriptor, verdict):
            return 1
        os.set_blocking(descriptor, True)
        received = _copy(descriptor, sys.stdout.fileno())
    finally:
        os.close(descriptor)
    sys.stdout.flush()
    verdict.with_suffix(".received").write_text(str(received))
    return 0 if _is_good(verdict) else 1


def _wait_for_first(descriptor: int, verdict: Path) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if poll.poll(200):
            return True
        if verdict.exists():
            # It ended without a byte: a dump is never empty.
            return False
    return False


def _copy(source: int, target: int) -> int:
    """Move bytes from pipe to pipe inside the kernel."""
    total = 0
    while True:
        moved = os.splice(source, target, _BLOCK)
        if not moved:
            return total
        total += moved


def _is_good(verdict: Path) -> bool:
    end = time.monotonic() + _PATIENCE
    while not verdict.exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return bool(json.loads(verdict.read_text()).get("good"))


def main(words: list[str]) -> int:
    """`receive PIPE VERDICT`."""
    pipe, verdict = words
    return receive(Path(pipe), Path(verdict))
