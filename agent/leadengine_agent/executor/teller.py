"""Answers on their way to whoever gave the order."""

import threading
from collections.abc import Callable

from leadengine_agent.protocol import Event, Outcome

_HEARTBEAT = 10.0


class Teller:
    """Writes answers to one connection; a sender who has left never stops a task."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def send(self, answer: Event | Outcome) -> None:
        self._line(answer.model_dump_json().encode())

    def keep_alive(self) -> None:
        """Send an empty line now and then, so that a dead connection is noticed at the other end."""
        while not self._ended.wait(_HEARTBEAT):
            self._line(b"")

    def end(self) -> None:
        self._ended.set()

    def _line(self, line: bytes) -> None:
        with self._lock:
            try:
                self._write(line + b"\n")
            except OSError:
                self._ended.set()
