"""The host's own list of a client's points: each entry is bound to the one before and to the key.

The storage's own list is not believed: times in it are whatever somebody wrote there, and what was
deleted is not in it. Here a missing entry breaks the chain, and a missing object is an alarm.
"""

import fcntl
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

from leadengine_agent.files import sync_directory
from leadengine_agent.protocol import Answered

Kind = Literal["point", "failed", "drill", "expired", "gone", "lost", "alarm", "restored"]


class Entry(Answered):
    """One line of the catalogue.

    Attributes:
        number: rises by one.
        before: hash of the entry before; empty: the first.
        at: when it was written, by the host's clock; order is told by the number.
        body: a `Point`, a `Verification`, or what `kind` needs.
    """

    number: int
    before: str
    kind: Kind
    at: float
    body: dict[str, Any]
    mac: str = ""

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]

    def signed(self, key: bytes) -> "Entry":
        text = self.model_copy(update={"mac": ""}).model_dump_json().encode()
        return self.model_copy(update={"mac": hmac.new(key, text, hashlib.sha256).hexdigest()[:32]})


class Catalogue:
    """The file; appended to, never rewritten.

    Args:
        password: of the client's repositories; who does not have it cannot add a line that counts.
    """

    def __init__(self, path: Path, password: str) -> None:
        self._path = path
        self._key = hashlib.sha256(b"leadengine catalogue " + password.encode()).digest()

    def entries(self) -> list[Entry]:
        """What stands there and belongs there, oldest first; reading ends where the chain breaks."""
        return list(self._sound())

    def trouble(self) -> str:
        """One sentence when the chain is broken; empty when it is whole."""
        sound = sum(1 for _ in self._sound())
        lines = sum(1 for _ in self._lines())
        if sound == lines:
            return ""
        return f"the catalogue of points was changed after its entry {sound}"

    def add(self, kind: Kind, body: dict[str, Any], at: float | None = None) -> Entry:
        """Append one entry, durably. Whoever looks at a storage may add one while a point is taken."""
        moment = time.time() if at is None else at
        with self._locked() as file:
            entries = self.entries()
            last = entries[-1] if entries else None
            number, before = (last.number + 1, last.hash) if last else (1, "")
            draft = Entry(number=number, before=before, kind=kind, at=moment, body=body)
            entry = draft.signed(self._key)
            self._mend()
            file.write(entry.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        sync_directory(self._path.parent)
        return entry

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _mend(self) -> None:
        """A power cut may have left half a line: it counts for nothing, and must not hide the next."""
        content = self._path.read_bytes()
        if content and not content.endswith(b"\n"):
            with self._path.open("r+b") as file:
                file.truncate(content.rfind(b"\n") + 1)

    def _sound(self) -> Iterator[Entry]:
        before, number = "", 0
        for line in self._lines():
            try:
                entry = Entry.model_validate_json(line)
            except ValueError:
                return
            if (entry.before, entry.number) != (before, number + 1):
                return
            if not hmac.compare_digest(entry.signed(self._key).mac, entry.mac):
                return
            before, number = entry.hash, entry.number
            yield entry

    def _lines(self) -> Iterator[str]:
        if self._path.exists():
            for line in self._path.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    yield line


def iso(moment: float | None) -> str:
    """A moment as the protocol writes it; empty for None."""
    if moment is None:
        return ""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def seconds_of(text: str) -> float:
    """The moment of a time as `iso` writes it."""
    return datetime.fromisoformat(text).timestamp()


def fold_body(value: Answered) -> dict[str, Any]:
    """A value as an entry's body."""
    found: dict[str, Any] = json.loads(value.model_dump_json())
    return found
