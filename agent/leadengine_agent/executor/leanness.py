"""When an idle executor gives back the memory that a task made it take."""

import sys
import threading
import time

_IDLE = 20.0
_HEAVY = {"jinja2", "cryptography", "pyrage"}


class Leanness:
    """Knows when an idle executor should begin anew, to give back what a task made it import."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._since = time.monotonic()

    def begin(self) -> None:
        with self._lock:
            self._open += 1

    def end(self) -> None:
        with self._lock:
            self._open -= 1
            self._since = time.monotonic()

    def is_wanted(self) -> bool:
        """Nobody is connected, nobody was for a while, and heavy modules are loaded."""
        heavy = not sys.modules.keys().isdisjoint(_HEAVY)
        with self._lock:
            return heavy and self._open == 0 and time.monotonic() - self._since > _IDLE
