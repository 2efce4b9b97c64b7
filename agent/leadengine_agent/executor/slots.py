"""Who may work when: one change at a time, one backup or drill at a time, never both on one client."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from leadengine_agent.protocol import FENCED, Task
from leadengine_agent.tasks import client_of

_PATIENCE = 240.0
_WORTH_WAITING = {"heal", "certify", "backup", "verify"}
"""What goes on by itself and ends soon: an order for something else waits for it."""


class BusyError(Exception):
    """Another task is at work, and it is not worth waiting for."""

    def __init__(self, holder: Task | None) -> None:
        super().__init__("busy")
        self.holder = holder


class Slot:
    """Room for one task that changes something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: Task | None = None

    @contextmanager
    def taken(self, task: Task) -> Iterator[None]:
        """Hold the slot. Raises BusyError."""
        end = time.monotonic() + _PATIENCE
        while not self._lock.acquire(timeout=0.2):
            if not _is_patient(task, self._holder) or time.monotonic() > end:
                raise BusyError(self._holder)
        try:
            self._holder = task
            yield
        finally:
            self._holder = None
            self._lock.release()

    @contextmanager
    def avoided(self, task: Task) -> Iterator[None]:
        """Wait until whoever holds the slot is about another client than `task`. Raises BusyError."""
        end = time.monotonic() + _PATIENCE
        while (holder := self._holder) is not None and _touch(holder, task):
            if not _is_patient(task, holder) or time.monotonic() > end:
                raise BusyError(holder)
            time.sleep(0.2)
        yield

    def close(self) -> None:
        """Wait until it is free, and let nobody in any more."""
        self._lock.acquire()


def is_scheduled(task: Task) -> bool:
    """True for what the reporter asks for by itself: it comes again."""
    return bool(getattr(task.order, "scheduled", False))


def _touch(one: Task, other: Task) -> bool:
    """True when one changes the client that the other is about; "" is every client of the host."""
    if FENCED.isdisjoint({one.order.verb, other.order.verb}):
        return False
    names = client_of(one.order), client_of(other.order)
    return names[0] == names[1] or "" in names


def _is_patient(task: Task, holder: Task | None) -> bool:
    if is_scheduled(task):
        return False
    return holder is None or holder.id == task.id or holder.order.verb in _WORTH_WAITING
