"""What was asked for in the panel and waits for a worker; a worker that dies loses it to another.

As with rollouts, each write of a worker checks in the same statement that the lease is still its own.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, Row, Table, and_, func, insert, or_, select, update

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.clock import clock_of
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.panel_records import JobRecord, JobState

_OPEN = (JobState.WAITING, JobState.RUNNING)


class Jobs:
    def __init__(self, engine: Engine, table: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table
        self._now = now
        self._clock = clock_of(engine)

    def add(self, record: JobRecord) -> None:
        values = {**record.model_dump(), "failure": None, "lease": 0.0, "created_at": self._now()}
        with self._engine.begin() as connection:
            connection.execute(insert(self._table).values(values))

    def find(self, job: str) -> JobRecord | None:
        with self._reader.connect() as connection:
            row = connection.execute(select(self._table).where(self._table.c.id == job)).first()
        return _job(row) if row else None

    def get(self, job: str) -> JobRecord:
        """The job with this id.

        Raises:
            NotFoundError: there is none.
        """
        found = self.find(job)
        if found is None:
            raise NotFoundError(f"There is no job '{job}'", "", "See the list of operations.")
        return found

    def open_for(self, subject: str) -> JobRecord | None:
        """What waits or runs for a client or a rollout."""
        table = self._table
        wanted = select(table).where(table.c.subject == subject, table.c.state.in_(_OPEN))
        with self._reader.connect() as connection:
            row = connection.execute(wanted.order_by(table.c.created_at)).first()
        return _job(row) if row else None

    def count_open(self) -> int:
        table = self._table
        with self._reader.connect() as connection:
            wanted = select(func.count()).where(table.c.state.in_(_OPEN))
            return connection.scalar(wanted) or 0

    def oldest_waiting(self) -> float | None:
        """Seconds that the oldest job has waited for a worker; None: none waits."""
        table = self._table
        wanted = select(func.min(table.c.created_at)).where(table.c.state == JobState.WAITING)
        with self._reader.connect() as connection:
            oldest = connection.scalar(wanted)
        if oldest is None:
            return None
        return (datetime.now(UTC) - datetime.fromisoformat(oldest)).total_seconds()

    def claim(self, runner: str, seconds: float) -> JobRecord | None:
        """Take the oldest job that waits, or whose worker gave no sign for too long."""
        table = self._table
        free = or_(
            table.c.state == JobState.WAITING,
            and_(table.c.state == JobState.RUNNING, table.c.lease < self._clock),
        )
        oldest = select(table.c.id).where(free).order_by(table.c.created_at).limit(5)
        with self._reader.connect() as connection:
            candidates = tuple(connection.scalars(oldest))
        for job in candidates:
            mine = and_(table.c.id == job, free)
            taken = {
                "state": JobState.RUNNING,
                "runner": runner,
                "lease": self._clock + seconds,
                "tries": table.c.tries + 1,
            }
            if self._write(update(table).where(mine).values(taken)):
                return self.get(job)
        return None

    def renew(self, job: str, runner: str, seconds: float) -> bool:
        """Hold a job for longer; False: somebody else has it."""
        lease = {"lease": self._clock + seconds}
        return self._write(update(self._table).where(self._mine(job, runner)).values(lease))

    def begin(self, job: str, runner: str, operation: str) -> bool:
        """Note which operation it goes on with."""
        change = update(self._table).where(self._mine(job, runner))
        return self._write(change.values(operation=operation))

    def end(self, job: str, runner: str, failure: tuple[str, str, str] | None) -> bool:
        """Close it; False: somebody else has it."""
        values = {
            "state": JobState.FAILED if failure else JobState.DONE,
            "failure": json.dumps(failure) if failure else None,
            "ended_at": self._now(),
            "runner": None,
        }
        return self._write(update(self._table).where(self._mine(job, runner)).values(values))

    def put_back(self, job: str, runner: str) -> bool:
        """Let another worker have it: this one is being stopped."""
        values = {"state": JobState.WAITING, "runner": None, "lease": 0.0}
        return self._write(update(self._table).where(self._mine(job, runner)).values(values))

    def _mine(self, job: str, runner: str) -> ColumnElement[bool]:
        table = self._table
        return and_(table.c.id == job, table.c.runner == runner, table.c.state == JobState.RUNNING)

    def _write(self, change: object) -> bool:
        with self._engine.begin() as connection:
            return bool(connection.execute(change).rowcount)  # type: ignore[call-overload]


def _job(row: Row[tuple[object, ...]]) -> JobRecord:
    values = dict(row._mapping)
    del values["runner"], values["lease"]
    failure = values["failure"]
    return JobRecord.model_validate({**values, "failure": json.loads(failure) if failure else None})
