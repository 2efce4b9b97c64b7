"""The audit trail: append-only, each entry's digest covers the one before (promise S13).

What somebody alters, deletes or reorders breaks the chain. The head says how long the chain is and how it
ends; it is sealed with the operator's key, so that whoever has the database alone cannot write a new one.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, Row, Table, func, insert, select, text, update

from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.panel_records import AuditEntry, AuditLine

_LOCK = 7_243_393
"""Any number that nobody else locks in the same database."""

_START = "0" * 64
_PAGE = 2000


@dataclass(frozen=True)
class Verdict:
    """What a check of the trail found. `broken` is one sentence for people, empty when all is well."""

    entries: int
    head: str
    broken: str = ""


class Audit:
    def __init__(self, engine: Engine, entries: Table, head: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._entries = entries
        self._head = head
        self._now = now

    def append(self, line: AuditLine) -> None:
        """Write down that something was done."""
        with self._engine.begin() as connection:
            self.extend(connection, (line,))

    def extend(self, connection: Connection, lines: Sequence[AuditLine]) -> None:
        """Write down what was done, in order, as a part of a transaction that does more."""
        if not lines:
            return
        if self._engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before, last = self._last(connection)
        rows = []
        for number, line in enumerate(lines, before + 1):
            values = {**line.model_dump(), "number": number, "at": self._now()}
            last = values["digest"] = _digest(last, values)
            rows.append(values)
        connection.execute(insert(self._entries), rows)
        self._seal(connection, before + len(lines), last)

    def recent(
        self, limit: int, before: int | None = None, **filters: str
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first; `before` a number; `actor`, `subject`, `action`: only theirs."""
        table = self._entries
        wanted = select(table).order_by(table.c.number.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(table.c.number < before)
        for name, value in filters.items():
            if value:
                wanted = wanted.where(table.c[name] == value)
        with self._reader.connect() as connection:
            return tuple(_entry(row) for row in connection.execute(wanted))

    def latest(self) -> str:
        """The latest time that stands in it, as ISO 8601 in UTC; empty: it has no entry."""
        with self._reader.connect() as connection:
            return connection.scalar(select(func.max(self._entries.c.at))) or ""

    def verify(self) -> Verdict:
        """Follow the chain from its beginning to its head."""
        number, last = 0, _START
        for entry in self._all():
            number += 1
            if entry.number != number:
                return Verdict(number, last, f"Entry {number} is missing or out of its place.")
            if entry.digest != _digest(last, entry.model_dump()):
                return Verdict(number, last, f"Entry {number} is not what was written.")
            last = entry.digest
        return Verdict(number, last, self._check_head(number, last))

    def _check_head(self, number: int, last: str) -> str:
        with self._reader.connect() as connection:
            sealed = connection.scalar(select(self._head.c.seal))
        if sealed is None:
            return "The sealed head of the trail is missing." if number else ""
        count, _, digest = sealed.get_secret_value().partition(":")
        if int(count) != number:
            return f"The trail had {count} entries, and {number} are there."
        return "" if digest == last else "The last entry is not the one the head was sealed with."

    def _last(self, connection: Connection) -> tuple[int, str]:
        table = self._entries
        newest = select(table.c.number, table.c.digest).order_by(table.c.number.desc()).limit(1)
        row = connection.execute(newest).first()
        return (row.number, row.digest) if row else (0, _START)

    def _seal(self, connection: Connection, number: int, digest: str) -> None:
        seal = {"seal": SecretStr(f"{number}:{digest}")}
        if not connection.execute(update(self._head).values(seal)).rowcount:
            connection.execute(insert(self._head).values({"id": 1, **seal}))

    def _all(self) -> Iterable[AuditEntry]:
        table = self._entries
        last = -1
        while True:
            page = select(table).where(table.c.number > last).order_by(table.c.number)
            with self._reader.connect() as connection:
                rows = connection.execute(page.limit(_PAGE)).all()
            if not rows:
                return
            yield from map(_entry, rows)
            last = rows[-1].number

    def count(self) -> int:
        with self._reader.connect() as connection:
            return connection.scalar(select(func.count()).select_from(self._entries)) or 0


def _digest(previous: str, values: dict[str, object]) -> str:
    said = {name: value for name, value in values.items() if name != "digest"}
    whole = json.dumps([previous, said], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def _entry(row: Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry.model_validate(dict(row._mapping))
