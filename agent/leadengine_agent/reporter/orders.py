"""Tasks from the panel: asked for by one long request after another, handed to the executor as they came.

Nothing listens here. What the panel may order is decided by the executor, from the policy on this host;
the reporter only carries.
"""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadengine_agent.reporter.backoff import Backoff
from leadengine_agent.reporter.executor import ExecutorDoor, NoAnswerError
from leadengine_agent.reporter.identity import Clock, Identity
from leadengine_agent.reporter.link import read_link
from leadengine_agent.reporter.panel import (
    AwayError,
    InvalidError,
    LockedError,
    MustRotateError,
    Panel,
)

_HELD = 50.0
"""Seconds that the panel holds a question for which it has nothing; proxies cut at sixty."""

_AT_ONCE = 4
_TELL_EVERY = 0.5
_NOT_ENROLLED = 5.0
_LOCKED_PAUSE = 60.0
_UNANSWERED = 600.0
"""Seconds for which an outcome is brought to the panel again and again; then it has to ask for it."""


class Orders:
    """Fetches tasks and carries them out, a few at once.

    Nothing of a task is kept here: what was under way when this process ended is delivered again by
    the panel, and the executor's journal knows it.
    """

    def __init__(
        self, folder: Path, executor: ExecutorDoor, identity: Identity, clock: Clock
    ) -> None:
        self.folder = folder
        self.executor = executor
        self.identity = identity
        self.clock = clock
        self.backoff = Backoff()
        self._holding: set[str] = set()
        self._lock = threading.Lock()
        self._panel: Panel | None = None

    def turn(self) -> float:
        """Ask once; the seconds until the next question."""
        panel = self._connected()
        if panel is None:
            return _NOT_ENROLLED
        with self._lock:
            holding = sorted(self._holding)
        if len(holding) >= _AT_ONCE:
            return _TELL_EVERY
        try:
            answer = panel.call("/agent/v1/tasks", {"holding": holding, "wait": _HELD}, _HELD + 20)
        except AwayError as error:
            return self.backoff.pause(error.retry_after)
        except (LockedError, InvalidError):
            return _LOCKED_PAUSE
        except MustRotateError:
            return _NOT_ENROLLED
        self.backoff.good()
        for queued in answer.get("tasks", []):
            self._begin(queued)
        return 0.0

    def _connected(self) -> Panel | None:
        link = read_link(self.folder)
        if link is None or not self.identity.exists:
            return None
        if self._panel is None:
            self._panel = Panel(link, self.identity, self.clock)
        return self._panel

    def _begin(self, queued: dict[str, Any]) -> None:
        name = str(queued["id"])
        with self._lock:
            if name in self._holding:
                return
            self._holding.add(name)
        threading.Thread(target=self._carry, args=(name, queued), daemon=True).start()

    def _carry(self, name: str, queued: dict[str, Any]) -> None:
        try:
            self._submit(name, queued)
        except NoAnswerError as error:
            # Unknown is not failed: the panel asks again, and the journal knows how it went.
            sys.stderr.write(f"reporter: no outcome of {name}: {error}\n")
        finally:
            with self._lock:
                self._holding.discard(name)

    def _submit(self, name: str, queued: dict[str, Any]) -> None:
        link = read_link(self.folder)
        if link is None:
            return
        panel = Panel(link, self.identity, self.clock)
        telling = _Telling(panel, name, int(queued["told"]))
        line = {"queued": {"task": queued["task"], "signature": queued.get("signature", "")}}
        try:
            for answer in self.executor.submit(line):
                telling.add(answer)
            telling.finish()
        finally:
            panel.close()


class _Telling:
    """Brings events and outcome of one task to the panel, a few at a time."""

    def __init__(self, panel: Panel, task: str, told: int) -> None:
        self._panel = panel
        self._task = task
        self._number = told
        self._events: list[dict[str, Any]] = []
        self._outcome: dict[str, Any] | None = None
        self._at = 0.0
        self._backoff = Backoff()

    def add(self, answer: dict[str, Any]) -> None:
        if answer.get("kind") == "outcome":
            self._outcome = answer
            return
        self._number += 1
        self._events.append({"number": self._number, "event": answer})
        if time.monotonic() - self._at > _TELL_EVERY:
            self._try()

    def finish(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Bring the rest, as long as it takes within reason."""
        end = time.monotonic() + _UNANSWERED
        while not self._try() and time.monotonic() < end:
            sleep(self._backoff.pause())

    def _try(self) -> bool:
        self._at = time.monotonic()
        body = {"events": self._events, "outcome": self._outcome}
        try:
            self._panel.call(f"/agent/v1/tasks/{self._task}", body)
        except (InvalidError, LockedError) as error:
            sys.stderr.write(
                f"reporter: the panel does not take the answer to {self._task}: {error}\n"
            )
            return True
        except (AwayError, MustRotateError):
            return False
        self._events = []
        return True
