"""What was sent, and what was promised: a file that says which events have to be in a database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path


class LedgerWriter:
    """Writes down a message before it is sent, and when it was acknowledged."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    def sent(self, message: str) -> None:
        self._note("sent", message)

    def acknowledged(self, message: str) -> None:
        self._note("acknowledged", message)

    def _note(self, what: str, message: str) -> None:
        self._file.write(f"{what} {message}\n")
        self._file.flush()


@dataclass(frozen=True)
class Balance:
    """The ledger against a database: each should be empty.

    Attributes:
        lost: acknowledged, and not there.
        doubled: there more than once.
    """

    lost: frozenset[str]
    doubled: frozenset[str]

    @property
    def even(self) -> bool:
        return not self.lost and not self.doubled


@dataclass(frozen=True)
class Ledger:
    """A ledger that was read. What was sent without an acknowledgement may be there or not."""

    sent: frozenset[str]
    acknowledged: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        notes = [line.split() for line in path.read_text().splitlines()]
        return cls(_noted(notes, "sent"), _noted(notes, "acknowledged"))

    def balance(self, written: Iterable[str]) -> Balance:
        """Compare with the messages that a database has, each as often as it is there."""
        count = Counter(written)
        doubled = frozenset(each for each in self.sent if count[each] > 1)
        return Balance(frozenset(each for each in self.acknowledged if not count[each]), doubled)


def _noted(notes: list[list[str]], what: str) -> frozenset[str]:
    return frozenset(message for said, message in notes if said == what)
