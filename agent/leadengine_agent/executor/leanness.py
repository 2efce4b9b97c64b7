"""When an executor gives back the memory that a task made it take."""

import sys
import threading
import time

_PAUSE = 20.0
_HEAVY = {"jinja2", "cryptography", "nacl", "pyrage", "tuf"}


class Leanness:
    """Knows when an executor should begin anew, to give back what a task made it import.

    The reporter asks something every few seconds, so silence is not waited for: some time after heavy
    modules were first seen, a moment suffices in which nobody is connected.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._heavy_since: float | None = None

    def begin(self) -> None:
        with self._lock:
            self._open += 1

    def end(self) -> None:
        with self._lock:
            self._open -= 1

    def is_wanted(self) -> bool:
        """Heavy modules have been loaded for a while, and nobody is connected now."""
        if sys.modules.keys().isdisjoint(_HEAVY):
            return False
        with self._lock:
            now = time.monotonic()
            if self._heavy_since is None:
                self._heavy_since = now
            return self._open == 0 and now - self._heavy_since > _PAUSE
