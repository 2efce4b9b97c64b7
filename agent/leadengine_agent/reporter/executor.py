"""The reporter's side of the executor's socket: a line in, answers until it closes."""

import json
import socket
from collections.abc import Iterator
from typing import Any

_SILENCE = 40.0
"""Seconds. A working executor sends an empty line every ten: three missed are enough."""


class NoAnswerError(Exception):
    """The executor cannot be talked to, or fell silent. What it was told may still be carried out."""


class ExecutorDoor:
    """Orders go in here; which of them it obeys from us is the executor's to decide."""

    def __init__(self, path: str) -> None:
        self._path = path

    def submit(self, line: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Hand in one order and yield its events and, last, its outcome.

        Raises:
            NoAnswerError: no outcome came.
        """
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SILENCE)
                connection.connect(self._path)
                connection.sendall(json.dumps(line).encode() + b"\n")
                with connection.makefile("rb") as answers:
                    for answer in answers:
                        if answer.strip():
                            found = json.loads(answer)
                            yield found
                            if found.get("kind") == "outcome":
                                return
        except (OSError, ValueError) as error:
            raise NoAnswerError(str(error) or type(error).__name__) from error
        raise NoAnswerError("the executor broke off")

    def ask(self, name: str, order: dict[str, Any]) -> dict[str, Any]:
        """Give one order of ours and return its outcome.

        Raises:
            NoAnswerError: no outcome came.
        """
        task = {"id": name, "actor": "schedule", "order": order}
        answers = list(self.submit(task))
        return answers[-1]
