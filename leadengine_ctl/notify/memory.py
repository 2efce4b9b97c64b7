"""A channel that only remembers: a file of JSON lines. For tests, and for trying alerts out."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from leadengine_ctl.notify.base import Notice, NotSentError


@dataclass(frozen=True)
class Memory:
    """What was sent, a line each."""

    path: Path

    def send(self, notice: Notice) -> None:
        """Remember it."""
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(notice)) + "\n")
        except OSError as error:
            raise NotSentError("The message was not sent", type(error).__name__, "") from None
