"""The host's own record of every order that changes something.

SQLite with full synchronisation: what is written here survives a power cut. Secrets are never
written: an order is recorded by its verb, client and sender.
"""

import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from leadengine_agent.failures import TaskFailure, disk_full
from leadengine_agent.protocol import FENCED, Event, Failure, FailureCode, Outcome, Task

_KEPT = 7 * 86400
"""Seconds that orders are remembered which supersede nothing: while a domain does not point to the
host, the schedule alone writes thousands a day."""

_REFUSALS = 1000
"""How many refusals are remembered: whoever sends many must not fill the disk."""

_NOTICES = 100_000
"""How many notices wait for a reporter that does not fetch them."""

_LONGEST = 300
"""Characters of a refusal that are kept: the sender chose some of them."""

_ROOM = 1_000_000
"""Bytes without which SQLite may be unable to write."""

_PREPARE = (
    "PRAGMA journal_mode=WAL",
    "CREATE TABLE IF NOT EXISTS tasks ("
    " id TEXT PRIMARY KEY, verb TEXT NOT NULL, client TEXT NOT NULL, actor TEXT NOT NULL,"
    " fence INTEGER NOT NULL, state TEXT NOT NULL, started REAL NOT NULL, ended REAL, outcome TEXT)",
    "CREATE TABLE IF NOT EXISTS steps (task TEXT NOT NULL, at REAL NOT NULL, step TEXT NOT NULL,"
    " state TEXT NOT NULL, detail TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS steps_of_task ON steps (task, at)",
    "CREATE TABLE IF NOT EXISTS refusals (at REAL NOT NULL, user INTEGER NOT NULL,"
    " what TEXT NOT NULL, why TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS notices (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL,"
    " kind TEXT NOT NULL, client TEXT NOT NULL, what TEXT NOT NULL, state TEXT NOT NULL,"
    " detail TEXT NOT NULL, actor TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "INSERT OR IGNORE INTO marks VALUES ('life', lower(hex(randomblob(8))))",
    "UPDATE tasks SET state = 'interrupted' WHERE state = 'running'",
)


class Notice(NamedTuple):
    """Something for whoever watches the host from afar; `what` and `state` as in a report's event."""

    kind: Literal["audit", "backup", "health", "agent"]
    what: str
    state: str
    detail: str
    client: str = ""
    actor: str = "agent"


class Journal:
    """Tasks and their steps on this host. One instance for the one mutating task at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        # On a full disk an executor still starts: it can be asked, and it refuses orders.
        for statement in _PREPARE:
            self._try(statement)
        self._forget_old()

    def accept(self, task: Task, client: str) -> Outcome | None:
        """Record that `task` starts, or return the outcome it already had.

        Raises:
            TaskFailure: a newer order for the same client has been accepted since, or another
                operation changed the client after the task's own began (fencing); the id is another
                order's; or nothing can be written.
        """
        with self._transaction() as database:
            known = database.execute(
                "SELECT verb, client, state, fence, outcome FROM tasks WHERE id = ?", (task.id,)
            ).fetchone()
            newest = self._newest_fence(database, client)
            if known is None:
                if task.order.verb in FENCED and self._is_overtaken(database, task, client):
                    raise _superseded(task)
                self._insert(database, task, client, newest + 1)
                return None
            verb, whose, state, fence, outcome = known
            if (verb, whose) != (task.order.verb, client):
                raise _of_another_order(task)
            if state == "done":
                return Outcome.model_validate_json(outcome)
            if task.order.verb in FENCED and fence < newest:
                raise _superseded(task)
            database.execute(
                "UPDATE tasks SET state = 'running', ended = NULL WHERE id = ?", (task.id,)
            )
        return None

    def finish(self, outcome: Outcome) -> None:
        """Record the end of a task. One that cannot be recorded is found interrupted, and run again."""
        state = "failed" if outcome.failure else "done"
        self._try(
            "UPDATE tasks SET state = ?, ended = ?, outcome = ? WHERE id = ?",
            (state, time.time(), outcome.model_dump_json(), outcome.task),
        )
        why = f"{outcome.failure.what} {outcome.failure.why}" if outcome.failure else ""
        self._try(
            "INSERT INTO notices (at, kind, client, what, state, detail, actor)"
            " SELECT ?, CASE WHEN verb IN ('backup', 'verify', 'restore', 'prune') THEN 'backup'"
            " ELSE 'audit' END, client, verb, ?, ?, actor FROM tasks WHERE id = ?",
            (time.time(), state, why[:_LONGEST], outcome.task),
        )

    def refuse(self, failure: Failure, user: int) -> None:
        """Record an order that was not even a task this agent knows, or not its sender's to give.

        Args:
            user: who sent it, as the kernel vouches for.
        """
        values = (time.time(), user, failure.what, failure.why[:_LONGEST])
        self._try("INSERT INTO refusals VALUES (?, ?, ?, ?)", values)
        self._try(
            "DELETE FROM refusals WHERE rowid <= (SELECT max(rowid) FROM refusals) - ?",
            (_REFUSALS,),
        )
        detail = f"{failure.what} {failure.why}"
        self.notice(Notice("audit", "refused", "failed", detail, actor=f"user {user}"))

    def notice(self, notice: "Notice") -> None:
        """Keep something for whoever watches the host from afar."""
        values = (time.time(), *notice._replace(detail=notice.detail[:_LONGEST]))
        self._try(
            "INSERT INTO notices (at, kind, what, state, detail, client, actor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def notices(self, life: str, after: int, most: int) -> tuple[str, list[dict[str, object]]]:
        """This journal's own name, and the notices that the asker does not have.

        Those up to `after` are let go: whoever asks for later ones has them. Without anybody who asks
        the oldest go.
        """
        with self._transaction() as database:
            life_now = "SELECT value FROM marks WHERE name = 'life'"
            name = str(database.execute(life_now).fetchone()[0])
            have = after if life == name else 0
            database.execute(
                "DELETE FROM notices WHERE id <= max(?, (SELECT max(id) FROM notices) - ?)",
                (have, _NOTICES),
            )
            database.row_factory = sqlite3.Row
            rows = database.execute("SELECT * FROM notices ORDER BY id LIMIT ?", (most,)).fetchall()
        return name, [dict(row) for row in rows]

    def mark(self, name: str, value: str) -> str:
        """Put a new value under a name; the one before it, empty when there was none."""
        with self._transaction() as database:
            row = database.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
            database.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))
        return str(row[0]) if row else ""

    def note(self, event: Event) -> None:
        """Record one event of a running task, if it can be: a full disk must not hide what it spoils."""
        self._try(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?)",
            (event.task, time.time(), event.step, event.state, event.detail),
        )

    def _forget_old(self) -> None:
        marks = json.dumps(sorted(FENCED))
        self._try(
            "DELETE FROM tasks WHERE started < ? AND verb NOT IN (SELECT value FROM json_each(?))",
            (time.time() - _KEPT, marks),
        )
        self._try("DELETE FROM steps WHERE task NOT IN (SELECT id FROM tasks)")

    def _try(self, statement: str, values: tuple[object, ...] = ()) -> None:
        try:
            with self._transaction() as database:
                database.execute(statement, values)
        except TaskFailure as error:
            sys.stderr.write(f"executor: the journal cannot be written: {error.failure.why}\n")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connect()) as database, database:
                yield database
        except sqlite3.Error as error:
            raise _unwritable(error, self._path.parent) from error

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=30)
        database.execute("PRAGMA synchronous=FULL")
        return database

    def newest_fence(self, client: str) -> int:
        """The number of the newest order that changed a client; 0: there was none."""
        with self._transaction() as database:
            return self._newest_fence(database, client)

    def _is_overtaken(self, database: sqlite3.Connection, task: Task, client: str) -> bool:
        """Whether another operation changed the client after this task's operation began."""
        if task.seen is None or self._newest_fence(database, client) <= task.seen:
            return False
        since = database.execute(
            "SELECT id FROM tasks WHERE client = ? AND fence > ?"
            " AND verb IN (SELECT value FROM json_each(?))",
            (client, task.seen, json.dumps(sorted(FENCED))),
        )
        own = f"{task.operation}-"
        return any(not str(row[0]).startswith(own) for row in since)

    @staticmethod
    def _newest_fence(database: sqlite3.Connection, client: str) -> int:
        marks = json.dumps(sorted(FENCED))
        row = database.execute(
            "SELECT max(fence) FROM tasks WHERE client = ?"
            " AND verb IN (SELECT value FROM json_each(?))",
            (client, marks),
        ).fetchone()
        return int(row[0] or 0)

    @staticmethod
    def _insert(database: sqlite3.Connection, task: Task, client: str, fence: int) -> None:
        database.execute(
            "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, 'running', ?, NULL, NULL)",
            (task.id, task.order.verb, client, task.actor, fence, time.time()),
        )


def _unwritable(error: sqlite3.Error, folder: Path) -> TaskFailure:
    # SQLite calls a disk that is full by several names.
    if shutil.disk_usage(folder).free < _ROOM:
        return disk_full("The agent's journal cannot grow.")
    return TaskFailure(
        FailureCode.INTERNAL,
        "The agent's journal cannot be written.",
        f"{type(error).__name__}: {error}.",
        "Look at the host's disk and file system, then run the command again.",
    )


def _of_another_order(task: Task) -> TaskFailure:
    return TaskFailure(
        FailureCode.INVALID,
        f"The id {task.id} belongs to another order.",
        "An order of another kind or for another client was accepted under it.",
        "Nothing was changed. Run the command again: it takes a new id.",
    )


def _superseded(task: Task) -> TaskFailure:
    return TaskFailure(
        FailureCode.SUPERSEDED,
        f"The order {task.id} came too late.",
        "A newer order for the same client has been accepted on this host since.",
        "Nothing was changed. `lectl operations list` shows the newer one.",
    )
