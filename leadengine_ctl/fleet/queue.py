"""Tasks that wait for the agents of hosts nobody connects to. What they carry is sealed."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from leadengine_agent.protocol import Event, Outcome, Task, encode_task
from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.agent_records import QueuedTask, QueueState
from leadengine_ctl.fleet.agent_tables import AgentTables
from leadengine_ctl.fleet.database import reader

_OPEN = (QueueState.UNSIGNED, QueueState.QUEUED, QueueState.FETCHED)


class TaskQueue:
    def __init__(self, engine: Engine, tables: AgentTables) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._tasks = tables.tasks
        self._answers = tables.answers

    def put(self, host: str, client: str, task: Task, now: float, *, signed: bool) -> QueuedTask:
        """Let a task wait for its host. The same id again is the same task: what ended is asked anew.

        Args:
            signed: True: it waits for an operator's signature first.
        """
        table, text = self._tasks, SecretStr(encode_task(task).decode())
        new = {
            "host": host,
            "client": client,
            "verb": task.order.verb,
            "actor": task.actor,
            "task": text,
            "outcome": None,
            "signature": "",
            "state": QueueState.UNSIGNED if signed else QueueState.QUEUED,
            "changed_at": now,
        }
        with self._engine.begin() as connection:
            known = connection.execute(select(table).where(table.c.id == task.id)).first()
            mine = update(table).where(table.c.id == task.id)
            if known is None:
                connection.execute(insert(table).values(id=task.id, created_at=now, **new))
            elif known.task.get_secret_value() != text.get_secret_value():
                # Another order under an id that was used: the agent has to say what it thinks of it.
                connection.execute(mine.values(new))
            elif known.state not in _OPEN and not _is_good(known.outcome):
                # It ended badly, or nobody knows any more how: the agent does, or takes it up again.
                again = {"state": QueueState.QUEUED, "outcome": None, "changed_at": now}
                connection.execute(mine.values(again))
        return self.get(task.id)

    def ask_for_signature(self, task: str, now: float) -> None:
        """Have a task wait for an operator whose host has refused it without."""
        values = {"state": QueueState.UNSIGNED, "outcome": None, "changed_at": now}
        self._move(task, (QueueState.ENDED,), values)

    def sign(self, task: str, signature: str, now: float) -> None:
        """Add an operator's signature to a task that waits for one.

        Raises:
            NotAllowedError: it waits for none.
        """
        values = {"state": QueueState.QUEUED, "signature": signature, "changed_at": now}
        if not self._move(task, (QueueState.UNSIGNED,), values):
            raise NotAllowedError(
                f"The task {task} cannot be signed",
                "It is on its way without a signature, or was withdrawn.",
                "See 'lectl task list'.",
            )

    def cancel(self, task: str, now: float) -> bool:
        """Withdraw a task; False: its agent has it already, or it ended."""
        values = {"state": QueueState.CANCELLED, "changed_at": now}
        return self._move(task, (QueueState.UNSIGNED, QueueState.QUEUED), values)

    def hosts_waited_for(self) -> frozenset[str]:
        """The hosts for which something lies ready."""
        table = self._tasks
        ready = select(table.c.host).where(table.c.state == QueueState.QUEUED).distinct()
        with self._reader.connect() as connection:
            return frozenset(connection.scalars(ready))

    def fetched(self, host: str) -> tuple[str, ...]:
        """The tasks that a host's agent took and has not answered, oldest first."""
        return self._ids(host, QueueState.FETCHED)

    def fetch(self, host: str, now: float) -> tuple[str, str, str] | None:
        """Hand out the oldest task that is ready: its id, its text and its signature.

        It counts as delivered from here on: whether it arrived is asked before it goes out again.
        """
        table = self._tasks
        ready = (table.c.host == host) & (table.c.state == QueueState.QUEUED)
        oldest = select(table).where(ready).order_by(table.c.created_at, table.c.id).limit(1)
        with self._engine.begin() as connection:
            row = connection.execute(oldest.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            mine = update(table).where(table.c.id == row.id)
            connection.execute(mine.values(state=QueueState.FETCHED, changed_at=now))
        return row.id, row.task.get_secret_value(), row.signature

    def deliver_again(self, host: str, task: str, now: float) -> None:
        """The agent says that it never got the task: it lies ready once more."""
        table = self._tasks
        lost = (table.c.host == host) & (table.c.id == task)
        lost &= table.c.state == QueueState.FETCHED
        with self._engine.begin() as connection:
            values = {"state": QueueState.QUEUED, "changed_at": now}
            connection.execute(update(table).where(lost).values(values))

    def answer(
        self, host: str, task: str, events: Sequence[tuple[int, Event]], outcome: Outcome | None,
        now: float,
    ) -> bool:  # fmt: skip
        """Keep what an agent answers; the same again changes nothing. False: it is not its task."""
        table = self._tasks
        with self._engine.begin() as connection:
            mine = (table.c.id == task) & (table.c.host == host)
            row = connection.execute(select(table.c.state).where(mine)).first()
            if row is None:
                return False
            self._add_events(connection, task, events)
            if outcome is not None and row.state in _OPEN:
                sealed = SecretStr(outcome.model_dump_json())
                ended = {"state": QueueState.ENDED, "outcome": sealed, "changed_at": now}
                connection.execute(update(table).where(mine).values(ended))
        return True

    def _add_events(
        self, connection: Connection, task: str, events: Sequence[tuple[int, Event]]
    ) -> None:
        table = self._answers
        known = set(connection.scalars(select(table.c.number).where(table.c.task == task)))
        rows = [
            {"task": task, "number": number, "event": event.model_dump_json()}
            for number, event in events
            if number not in known
        ]
        if rows:
            connection.execute(insert(table), rows)

    def events(self, task: str, after: int) -> tuple[tuple[int, Event], ...]:
        """What the agent told of a task, in order, from the event after this number on."""
        table = self._answers
        wanted = (table.c.task == task) & (table.c.number > after)
        with self._reader.connect() as connection:
            rows = connection.execute(select(table).where(wanted).order_by(table.c.number))
            return tuple((row.number, Event.model_validate_json(row.event)) for row in rows)

    def told(self, task: str) -> int:
        """The number of the last event that the agent told of a task; 0: none yet."""
        table = self._answers
        with self._reader.connect() as connection:
            last = select(func.max(table.c.number)).where(table.c.task == task)
            return int(connection.scalar(last) or 0)

    def outcome(self, task: str) -> Outcome | None:
        """How a task ended; None while it has not."""
        table = self._tasks
        with self._reader.connect() as connection:
            sealed = connection.scalar(select(table.c.outcome).where(table.c.id == task))
        return Outcome.model_validate_json(sealed.get_secret_value()) if sealed else None

    def forget_outcome(self, task: str, now: float) -> None:
        """Remove an outcome that somebody has seen: it may carry a first password."""
        self._move(task, (QueueState.ENDED,), {"outcome": None, "changed_at": now})

    def text(self, task: str) -> str:
        """A task as it goes to the host, for whoever signs it."""
        table = self._tasks
        with self._reader.connect() as connection:
            sealed = connection.scalar(select(table.c.task).where(table.c.id == task))
        if sealed is None:
            raise _no_task(task)
        text: str = sealed.get_secret_value()
        return text

    def get(self, task: str) -> QueuedTask:
        """The task with this id.

        Raises:
            NotFoundError: there is none.
        """
        with self._reader.connect() as connection:
            row = connection.execute(select(self._tasks).where(self._tasks.c.id == task)).first()
        if row is None:
            raise _no_task(task)
        return _record(row)

    def all(self, limit: int = 200) -> tuple[QueuedTask, ...]:
        """The last tasks, newest first."""
        table = self._tasks
        with self._reader.connect() as connection:
            rows = connection.execute(
                select(table).order_by(table.c.created_at.desc()).limit(limit)
            )
            return tuple(_record(row) for row in rows)

    def _ids(self, host: str, state: QueueState) -> tuple[str, ...]:
        table = self._tasks
        wanted = (table.c.host == host) & (table.c.state == state)
        with self._reader.connect() as connection:
            return tuple(
                connection.scalars(
                    select(table.c.id).where(wanted).order_by(table.c.created_at, table.c.id)
                )
            )

    def _move(
        self, task: str, states: tuple[QueueState, ...], values: Mapping[str, object]
    ) -> bool:
        table = self._tasks
        change = update(table).where(table.c.id == task, table.c.state.in_(states))
        with self._engine.begin() as connection:
            return connection.execute(change.values(values)).rowcount == 1


def _is_good(sealed: SecretStr | None) -> bool:
    """True when an outcome is still there, and was no failure."""
    if sealed is None:
        return False
    return not Outcome.model_validate_json(sealed.get_secret_value()).failure


def _record(row: Row[tuple[object, ...]]) -> QueuedTask:
    values = {name: row._mapping[name] for name in QueuedTask.model_fields}
    return QueuedTask.model_validate(values)


def _no_task(task: str) -> NotFoundError:
    return NotFoundError(
        f"There is no task '{task}'",
        "The id was mistyped, or it was given through another store.",
        "See 'lectl task list'.",
    )
