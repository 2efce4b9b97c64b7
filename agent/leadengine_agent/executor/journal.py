"""The host's own record of every order that changes something.

SQLite with full synchronisation: what is written here survives a power cut. Secrets are never
written: an order is recorded by its verb, client and sender.
"""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import Event, FailureCode, Outcome, Task

FENCED = frozenset({"activate", "decommission"})
"""Verbs of which only the newest order for a client may still act."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, verb TEXT NOT NULL, client TEXT NOT NULL, actor TEXT NOT NULL,
    fence INTEGER NOT NULL, state TEXT NOT NULL, started REAL NOT NULL, ended REAL, outcome TEXT
);
CREATE TABLE IF NOT EXISTS steps (
    task TEXT NOT NULL, at REAL NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS steps_of_task ON steps (task, at);
"""


class Journal:
    """Tasks and their steps on this host. One instance for the one mutating task at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        with closing(self._connect()) as database, database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(_SCHEMA)
            database.execute("UPDATE tasks SET state = 'interrupted' WHERE state = 'running'")

    def accept(self, task: Task, client: str) -> Outcome | None:
        """Record that `task` starts, or return the outcome it already had.

        Raises:
            TaskFailure: a newer order for the same client has been accepted since (fencing).
        """
        with closing(self._connect()) as database, database:
            known = database.execute(
                "SELECT state, fence, outcome FROM tasks WHERE id = ?", (task.id,)
            ).fetchone()
            newest = self._newest_fence(database, client)
            if known is None:
                self._insert(database, task, client, newest + 1)
                return None
            state, fence, outcome = known
            if state == "done":
                return Outcome.model_validate_json(outcome)
            if task.order.verb in FENCED and fence < newest:
                raise _superseded(task)
            database.execute(
                "UPDATE tasks SET state = 'running', ended = NULL WHERE id = ?", (task.id,)
            )
        return None

    def finish(self, outcome: Outcome) -> None:
        """Record the end of a task."""
        state = "failed" if outcome.failure else "done"
        with closing(self._connect()) as database, database:
            database.execute(
                "UPDATE tasks SET state = ?, ended = ?, outcome = ? WHERE id = ?",
                (state, time.time(), outcome.model_dump_json(), outcome.task),
            )

    def note(self, event: Event) -> None:
        """Record one event of a running task."""
        with closing(self._connect()) as database, database:
            database.execute(
                "INSERT INTO steps VALUES (?, ?, ?, ?, ?)",
                (event.task, time.time(), event.step, event.state, event.detail),
            )

    def outcome_of(self, task: str) -> Outcome | None:
        """The recorded outcome of a task that ended."""
        with closing(self._connect()) as database:
            row = database.execute("SELECT outcome FROM tasks WHERE id = ?", (task,)).fetchone()
        return Outcome.model_validate_json(row[0]) if row and row[0] else None

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=30)
        database.execute("PRAGMA synchronous=FULL")
        return database

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


def _superseded(task: Task) -> TaskFailure:
    return TaskFailure(
        FailureCode.SUPERSEDED,
        f"The order {task.id} came too late.",
        "A newer order for the same client has been accepted on this host since.",
        "Nothing was changed. `lectl operations list` shows the newer one.",
    )
