"""`leadengine-agent panel`, past the language of tasks.

Only who may use Docker on the host can start it: no task can, so no panel puts another one anywhere.
It reads a `PanelOrder` from standard input and prints each step as an `Event`, last an `Outcome`.
"""

import fcntl
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from leadengine_agent.executor.failpoints import Failpoints
from leadengine_agent.executor.steps import Steps
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.panel.install import Installation
from leadengine_agent.protocol import Event, FailureCode, Outcome, PanelOrder
from leadengine_agent.refusal import refuse

_LARGEST = 1_000_000


def main() -> int:
    """Install as standard input says; 0 also when the outcome is a failure, which says so itself."""
    try:
        order = PanelOrder.model_validate_json(sys.stdin.read(_LARGEST))
    except ValidationError as error:
        return refuse(error)
    host, task = HostLayout(), f"panel-{uuid.uuid4().hex}"
    steps = Steps(task, _tell, Failpoints(host.agent / "failpoint"))
    failure = None
    try:
        with _alone(host):
            Installation(host, order).run(steps)
    except TaskFailure as error:
        failure = error.failure
    _tell(Outcome(task=task, result={"changed": steps.changed}, failure=failure))
    return 0


@contextmanager
def _alone(host: HostLayout) -> Iterator[None]:
    """One installation at a time; the kernel lets go when its process ends."""
    with (host.agent / "panel.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TaskFailure(
                FailureCode.LOCKED,
                "Somebody else is installing the panel on this host.",
                "Two installations at once would get into each other's way.",
                "Wait until it has ended, then run the same command again.",
            ) from None
        yield


def _tell(answer: Event | Outcome) -> None:
    sys.stdout.write(answer.model_dump_json() + "\n")
    sys.stdout.flush()
