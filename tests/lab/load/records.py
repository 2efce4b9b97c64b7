"""What became of each request: written as it ends, read when all have."""

import json
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

Kind = Literal["page", "event", "fresh", "idle", "slow", "upload", "stream"]


@dataclass(frozen=True)
class Record:
    """One request, or one life of a stream. Times are seconds since 1970.

    Attributes:
        scheduled: when it was to begin, whatever the answers before it did.
        answered: when the answer began; None: it never did.
        status: of the answer; 0 without one.
        error: why it failed otherwise; empty: it did not.
    """

    kind: Kind
    scheduled: float
    started: float
    answered: float | None
    ended: float
    status: int
    error: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.error) or not 200 <= self.status < 300

    @property
    def asked_again(self) -> bool:
        """True for a failure that a browser mends by itself: see `ClosedError`."""
        return self.error.startswith("ClosedError")

    @property
    def seconds(self) -> float:
        """From the moment it was to begin to its end: waiting for a late start counts."""
        return self.ended - self.scheduled


class Recorder:
    """Keeps records in a file, one JSON object a line."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    def keep(self, record: Record) -> None:
        self._file.write(json.dumps(asdict(record)) + "\n")


def read_records(path: Path) -> list[Record]:
    """All of a run."""
    return [Record(**json.loads(line)) for line in path.read_text().splitlines()]
