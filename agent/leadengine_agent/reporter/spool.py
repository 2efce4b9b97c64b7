"""What waits to be reported, on disk: it survives a kill, and weeks without the panel.

Events go out in the order in which they happened and are let go when the panel has acknowledged them;
their number within the spool's life is what the panel knows a repeated one by.
"""

import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

LARGEST = 64 * 1024 * 1024
"""Bytes that the spool may take. Beyond that health gives way, then whatever is neither audit nor backup."""

_KEPT = ("audit", "backup")
_CHUNK_EVENTS = 400
_CHUNK_BYTES = 250_000
_SPAN = 900
_LONG_SPAN = 21_600
_YOUNG = 86_400
_EVENT = ("at", "kind", "client", "what", "state", "detail", "actor")
_PIECE = ("at", "span", "samples", "well", "disk_free", "memory_free")
_USAGE = ("client", "day", "api_calls", "visitors", "leads", "llm_micros")

_PREPARE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL,"
    " kind TEXT NOT NULL, client TEXT NOT NULL, what TEXT NOT NULL, state TEXT NOT NULL,"
    " detail TEXT NOT NULL, actor TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS health (at INTEGER, span INTEGER, samples INTEGER NOT NULL,"
    " well INTEGER NOT NULL, disk_free INTEGER NOT NULL, memory_free INTEGER NOT NULL,"
    " PRIMARY KEY (at, span)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS usage (client TEXT, day TEXT, api_calls INTEGER NOT NULL,"
    " visitors INTEGER NOT NULL, leads INTEGER NOT NULL, llm_micros INTEGER NOT NULL,"
    " PRIMARY KEY (client, day)) WITHOUT ROWID",
)


class Chunk(NamedTuple):
    """What goes out in one report."""

    number: int
    events: list[dict[str, Any]]
    health: list[dict[str, Any]]
    usage: list[dict[str, Any]]

    @property
    def last(self) -> int:
        """The number of its last event; 0: it has none."""
        return int(self.events[-1]["seq"]) if self.events else 0


class Spool:
    """For one thread at a time. `boot` names this life of the spool: a new file is a new life."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self._largest = largest
        self._database = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        for statement in _PREPARE:
            self._database.execute(statement)
        self._note_once("boot", os.urandom(8).hex())
        self.boot = str(self._noted("boot"))

    def close(self) -> None:
        self._database.close()

    @property
    def cursor(self) -> tuple[str, int]:
        """How far the executor's record was taken over: which record, and up to which event."""
        return str(self._noted("journal") or ""), int(self._noted("cursor") or 0)

    def take(
        self,
        events: Iterable[dict[str, Any]],
        usage: Iterable[dict[str, Any]] = (),
        cursor: tuple[str, int] | None = None,
    ) -> None:
        """Keep what the executor told, and how far that goes, in one transaction."""
        with _Transaction(self._database) as database:
            database.executemany(
                _insert("events", _EVENT), [_values(each, _EVENT) for each in events]
            )
            database.executemany(
                _insert("usage", _USAGE, "OR REPLACE"), [_values(each, _USAGE) for each in usage]
            )
            if cursor is not None:
                self._note("journal", cursor[0])
                self._note("cursor", cursor[1])
        self._make_room()

    def look(self, *, well: bool, disk_free: int, memory_free: int, at: float) -> None:
        """Count one look at the host into its piece of time."""
        piece = (int(at) // _SPAN * _SPAN, _SPAN, 1, int(well), disk_free, memory_free)
        self._database.execute(
            f"{_insert('health', _PIECE)} ON CONFLICT DO UPDATE SET samples = samples + 1,"
            " well = well + excluded.well, disk_free = min(disk_free, excluded.disk_free),"
            " memory_free = min(memory_free, excluded.memory_free)",
            piece,
        )

    def chunk(self, most: int = _CHUNK_EVENTS) -> Chunk:
        """The oldest that waits, as much as fits into one report, under a number of its own."""
        with _Transaction(self._database):
            number = int(self._noted("number") or 0) + 1
            self._note("number", number)
        return Chunk(
            number,
            self._events(most),
            self._rows("health", _PIECE, "ORDER BY at LIMIT 200"),
            self._rows("usage", _USAGE, "ORDER BY day LIMIT 200"),
        )

    def done(self, chunk: Chunk, acknowledged: int) -> None:
        """Let go what the panel has: up to the event it names, and never more than was sent."""
        with _Transaction(self._database) as database:
            database.execute("DELETE FROM events WHERE seq <= ?", (min(acknowledged, chunk.last),))
            # The piece of now still grows, and is sent again each time.
            over = [piece for piece in chunk.health if piece["at"] + piece["span"] < time.time()]
            for table, names, rows in (("health", _PIECE, over), ("usage", _USAGE, chunk.usage)):
                database.executemany(_delete(table, names), [_values(row, names) for row in rows])

    def blur(self, seq: int) -> None:
        """Keep an event that the panel does not accept, in words that it does."""
        self._database.execute(
            "UPDATE events SET client = '', what = 'unreadable', state = 'failed', actor = '',"
            " detail = 'The panel did not accept this event; the host''s journal has it.' WHERE seq = ?",
            (seq,),
        )

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return int(self._database.execute("SELECT count(*) FROM events").fetchone()[0])

    @property
    def size(self) -> int:
        """Bytes in use."""
        pages, free, page = (
            int(self._database.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * page

    def thin(self, now: float | None = None) -> None:
        """Merge health that is older than a day to pieces of six hours."""
        border = int((now or time.time()) - _YOUNG) // _LONG_SPAN * _LONG_SPAN
        old = "FROM health WHERE span = ? AND at < ?"
        with _Transaction(self._database) as database:
            database.execute(
                f"INSERT OR REPLACE INTO health SELECT at - at % {_LONG_SPAN}, {_LONG_SPAN}, sum(samples),"
                f" sum(well), min(disk_free), min(memory_free) {old} GROUP BY at - at % {_LONG_SPAN}",
                (_SPAN, border),
            )
            database.execute(f"DELETE {old}", (_SPAN, border))

    def _make_room(self) -> None:
        if self.size <= self._largest:
            return
        self.thin()
        while self.size > self._largest and self._drop_some():
            pass

    def _drop_some(self) -> bool:
        """Let go the oldest thousand of what may be let go; False: nothing may."""
        found = self._database.execute("DELETE FROM health WHERE span = ?", (_LONG_SPAN,)).rowcount
        if found:
            return True
        dropped = self._database.execute(
            "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE kind NOT IN (?, ?)"
            " ORDER BY seq LIMIT 1000)",
            _KEPT,
        ).rowcount
        return dropped > 0

    def _events(self, most: int) -> list[dict[str, Any]]:
        names = ("seq", *_EVENT)
        found: list[dict[str, Any]] = []
        length = 0
        for event in self._rows("events", names, f"ORDER BY seq LIMIT {most}"):
            length += sum(len(str(value).encode()) + 20 for value in event.values())
            if found and length > _CHUNK_BYTES:
                break
            found.append(event)
        return found

    def _rows(self, table: str, names: tuple[str, ...], order: str) -> list[dict[str, Any]]:
        rows = self._database.execute(f"SELECT {', '.join(names)} FROM {table} {order}")  # noqa: S608
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _noted(self, name: str) -> Any:
        row = self._database.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _note(self, name: str, value: object) -> None:
        self._database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def _note_once(self, name: str, value: object) -> None:
        self._database.execute("INSERT OR IGNORE INTO notes VALUES (?, ?)", (name, value))


class _Transaction:
    """All or nothing."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> sqlite3.Connection:
        self._database.execute("BEGIN IMMEDIATE")
        return self._database

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


def _insert(table: str, names: tuple[str, ...], how: str = "") -> str:
    marks = ", ".join("?" for _ in names)
    return f"INSERT {how} INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608


def _delete(table: str, names: tuple[str, ...]) -> str:
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in names)}"  # noqa: S608


def _values(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)
