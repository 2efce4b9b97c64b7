"""The reporter: the half of the agent that keeps time and faces the network. It has no engine socket.

It asks the executor for what is due; whether anything is due is the executor's to know.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from leadengine_agent.paths import REPORTER, SOCKET
from leadengine_agent.reporter.executor import ExecutorDoor, NoAnswerError

_EVERY = 30.0
DUE = ("heal", "certify", "backup", "verify")
"""What the executor is asked for, again and again."""


def ask_for_what_is_due(executor: ExecutorDoor, verb: str) -> float:
    """Let the executor do what is due of one kind; the seconds until it is asked again."""
    # Time and a random part: two orders of one second must not share an id.
    name = f"{verb}-{int(time.time())}-{os.urandom(4).hex()}"
    task = {"id": name, "actor": "schedule", "order": {"verb": verb, "scheduled": True}}
    try:
        for answer in executor.submit(task):
            if answer.get("state") in {"done", "failed"} or answer.get("failure"):
                sys.stderr.write(f"reporter: {json.dumps(answer)}\n")
    except NoAnswerError as error:
        sys.stderr.write(f"reporter: the executor does not answer: {error}\n")
    return _EVERY


def main() -> int:
    """Keep the schedule, report and fetch until SIGTERM."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    executor = ExecutorDoor(SOCKET)
    for work in _works(Path(REPORTER), executor, stop):
        threading.Thread(target=_repeat, args=(work, stop), daemon=True).start()
    sys.stderr.write("reporter: ready\n")
    stop.wait()
    return 0


def _works(
    folder: Path, executor: ExecutorDoor, stop: threading.Event
) -> tuple[Callable[[], Callable[[], float]], ...]:
    """What goes on side by side; each is made in the thread that it runs in."""
    from leadengine_agent.reporter.identity import Clock, Identity

    identity, clock = Identity(folder), Clock()

    def reporting() -> Callable[[], float]:
        from leadengine_agent.reporter.reporting import Reporting
        from leadengine_agent.reporter.spool import Spool

        spool = Spool(folder / "spool.sqlite")
        return Reporting(folder, executor, identity, clock, spool, stop.is_set).turn

    def orders() -> Callable[[], float]:
        from leadengine_agent.reporter.orders import Orders

        return Orders(folder, executor, identity, clock).turn

    def schedule(verb: str) -> Callable[[], Callable[[], float]]:
        # Each waits for its own answer alone: a long backup holds up no certificate.
        return lambda: lambda: ask_for_what_is_due(executor, verb)

    return *map(schedule, DUE), reporting, orders


def _repeat(make: Callable[[], Callable[[], float]], stop: threading.Event) -> None:
    """Turn after turn; what nobody foresaw costs one turn and is written down, not the agent."""
    turn: Callable[[], float] | None = None
    while not stop.is_set():
        try:
            turn = turn or make()
            pause = turn()
        except Exception as error:  # noqa: BLE001 - the boundary: the other works must go on
            sys.stderr.write(f"reporter: {type(error).__name__}: {error}\n")
            turn, pause = None, _EVERY
        stop.wait(pause)
