"""Steps: what a task is made of. Each can be repeated; each is told before and after."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from leadengine_agent.docker import DockerError, failure_of
from leadengine_agent.executor.failpoints import Failpoints
from leadengine_agent.failures import TaskFailure, from_os_error
from leadengine_agent.protocol import Event, Proof, StepState

_BETWEEN = 0.4
"""Seconds between two words on the progress of a step."""


@dataclass(frozen=True)
class Did:
    """What a step did: whether anything changed, and a sentence about it."""

    changed: bool
    detail: str = ""


class Steps:
    """Runs the steps of one task, in order.

    Args:
        tell: takes every event: to the journal and to whoever listens.
    """

    def __init__(self, task: str, tell: Callable[[Event], None], failpoints: Failpoints) -> None:
        self._task = task
        self._tell = tell
        self._failpoints = failpoints
        self.changed = False
        self._told = 0.0

    def run(self, name: str, action: Callable[[], Did]) -> None:
        """Run one step.

        Raises:
            TaskFailure: the step failed; Docker's and the file system's errors arrive translated.
        """
        self._failpoints.reach(f"{name}:before")
        started = time.monotonic()
        self._say(name, StepState.STARTED)
        try:
            did = _translated(action, f"The step '{name}' failed.")
        except TaskFailure as error:
            seconds = time.monotonic() - started
            self._say(name, StepState.FAILED, error.failure.what, seconds)
            raise with_step(error, name) from error
        self.changed = self.changed or did.changed
        state = StepState.DONE if did.changed else StepState.UNCHANGED
        self._say(name, state, did.detail, time.monotonic() - started)
        self._failpoints.reach(f"{name}:after")

    def progress(self, name: str, detail: str, done: int, total: int) -> None:
        """Say how many bytes a running step has moved; not more often than somebody can look."""
        now = time.monotonic()
        if now - self._told < _BETWEEN:
            return
        self._told = now
        state = StepState.STARTED
        self._tell(
            Event(task=self._task, step=name, state=state, detail=detail, done=done, total=total)
        )

    def ask(self, name: str, proof: Proof) -> None:
        """Say which record a running step waits for."""
        detail = f"waits for a TXT record of _acme-challenge.{proof.domain}"
        state = StepState.STARTED
        self._tell(Event(task=self._task, step=name, state=state, detail=detail, proof=proof))

    def _say(
        self, step: str, state: StepState, detail: str = "", seconds: float | None = None
    ) -> None:
        rounded = None if seconds is None else round(seconds, 3)
        self._tell(Event(task=self._task, step=step, state=state, detail=detail, seconds=rounded))


def _translated(action: Callable[[], Did], what: str) -> Did:
    try:
        return action()
    except DockerError as error:
        raise failure_of(error, what) from error
    except OSError as error:
        raise from_os_error(error) from error


def with_step(error: TaskFailure, step: str) -> TaskFailure:
    """The same failure, saying in which step."""
    failure = error.failure
    named = TaskFailure(failure.code, failure.what, failure.why, failure.hint, failure.logs)
    named.failure = failure.model_copy(update={"step": failure.step or step})
    return named
