"""The reporter: the half of the agent that keeps time. It has no engine socket.

It asks the executor for what is due; whether anything is due is the executor's to know.
"""

import json
import os
import signal
import socket
import sys
import time
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler

from leadengine_agent.paths import SOCKET

_EVERY = 30
_VERBS = ("certify", "backup", "verify")


def ask(verb: str) -> None:
    """Let the executor do for every stack what is due: certificates, recovery points, drills."""
    # Time and a random part: two orders of one second must not share an id.
    name = f"{verb}-{int(time.time())}-{os.urandom(4).hex()}"
    order = {"verb": verb, "scheduled": True}
    _submit({"id": name, "actor": "schedule", "order": order})


def _submit(task: dict[str, object]) -> None:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(SOCKET)
            connection.sendall(json.dumps(task).encode() + b"\n")
            with connection.makefile("rb") as answers:
                _tell(answers.read().splitlines())
    except OSError as error:
        sys.stderr.write(f"reporter: the executor does not answer: {error}\n")


def _tell(lines: list[bytes]) -> None:
    """Write down what happened, if anything did."""
    for line in lines:
        answer = json.loads(line) if line else {}
        if answer.get("state") in {"done", "failed"} or answer.get("failure"):
            sys.stderr.write(f"reporter: {line.decode()}\n")


def main() -> int:
    """Keep the schedule until SIGTERM."""
    scheduler = BlockingScheduler(timezone="UTC")
    for verb in _VERBS:
        # Each waits for its own answer alone: a long backup holds up no certificate.
        scheduler.add_job(
            ask, "interval", (verb,), id=verb, seconds=_EVERY, max_instances=1, coalesce=True
        )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    sys.stderr.write("reporter: ready\n")
    scheduler.start()
    return 0
