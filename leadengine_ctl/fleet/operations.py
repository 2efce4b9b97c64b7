"""The record of what was done: operations and their events. Nothing in it is secret."""

from collections.abc import Callable, Sequence

from sqlalchemy import Engine, Row, Table, func, insert, select, update

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.records import EventLine, EventRecord, OperationRecord, OperationState


class Operations:
    def __init__(
        self, engine: Engine, operations: Table, events: Table, now: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._operations = operations
        self._events = events
        self._now = now

    def start(self, record: OperationRecord) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(self._operations).values(record.model_dump()))

    def reopen(self, record: OperationRecord) -> None:
        """Start an operation, or go on with the one of this id, whatever it came to."""
        again = {"state": OperationState.RUNNING, "failure": None, "ended_at": None}
        table = self._operations
        with self._engine.begin() as connection:
            change = update(table).where(table.c.id == record.id).values(again)
            if not connection.execute(change).rowcount:
                connection.execute(insert(table).values(record.model_dump()))

    def end(self, operation: str, state: OperationState, failure: str | None = None) -> None:
        """Close an operation, unless it was closed already. `failure` is one sentence for people."""
        table = self._operations
        running = (table.c.id == operation) & (table.c.state == OperationState.RUNNING)
        with self._engine.begin() as connection:
            change = update(table).where(running)
            values = {"state": state, "failure": failure, "ended_at": self._now()}
            connection.execute(change.values(values))

    def get(self, operation: str) -> OperationRecord:
        """The operation with this id.

        Raises:
            NotFoundError: there is none.
        """
        found = self.find(operation)
        if found is None:
            raise NotFoundError(
                f"There is no operation '{operation}'",
                "The id was mistyped, or it was recorded in another store.",
                "See 'lectl operations list'.",
            )
        return found

    def find(self, operation: str) -> OperationRecord | None:
        table = self._operations
        with self._engine.connect() as connection:
            row = connection.execute(select(table).where(table.c.id == operation)).first()
        return _operation(row) if row else None

    def is_superseded(self, operation: str) -> bool:
        """True when a newer operation has taken over."""
        table = self._operations
        with self._engine.connect() as connection:
            state = connection.scalar(select(table.c.state).where(table.c.id == operation))
        return bool(state == OperationState.SUPERSEDED)

    def recent(self, limit: int) -> tuple[OperationRecord, ...]:
        """The last operations, newest first."""
        with self._engine.connect() as connection:
            table = self._operations
            rows = connection.execute(
                select(table).order_by(table.c.started_at.desc()).limit(limit)
            )
            return tuple(_operation(row) for row in rows)

    def unfinished(self, client: str) -> OperationRecord | None:
        """The client's operation that was started and never ended, if there is one."""
        table = self._operations
        wanted = (table.c.client == client) & (table.c.state == OperationState.RUNNING)
        with self._engine.connect() as connection:
            row = connection.execute(
                select(table).where(wanted).order_by(table.c.started_at.desc())
            ).first()
            return _operation(row) if row else None

    def add_events(self, operation: str, lines: Sequence[EventLine]) -> None:
        """Append lines to an operation's story."""
        if not lines:
            return
        table = self._events
        with self._engine.begin() as connection:
            last = select(func.coalesce(func.max(table.c.number), 0))
            number = connection.scalar(last.where(table.c.operation == operation)) or 0
            rows = [
                {"operation": operation, "number": number + ahead, **line._asdict()}
                for ahead, line in enumerate(lines, 1)
            ]
            connection.execute(insert(table), rows)

    def events(self, operation: str) -> tuple[EventRecord, ...]:
        """An operation's story, in order."""
        table = self._events
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(table).where(table.c.operation == operation).order_by(table.c.number)
            )
            return tuple(_event(row) for row in rows)


def _operation(row: Row[tuple[object, ...]]) -> OperationRecord:
    return OperationRecord.model_validate(dict(row._mapping))


def _event(row: Row[tuple[object, ...]]) -> EventRecord:
    values = dict(row._mapping)
    del values["operation"]
    return EventRecord.model_validate(values)
