"""Requests that need a second person."""

import time
from collections.abc import Callable

from sqlalchemy import Engine, Row, Table, insert, select, update

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.panel_records import ApprovalRecord, ApprovalState


class Approvals:
    def __init__(self, engine: Engine, table: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table
        self._now = now

    def ask(self, record: ApprovalRecord) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(self._table).values(record.model_dump()))

    def get(self, approval: str) -> ApprovalRecord:
        """The request with this id.

        Raises:
            NotFoundError: there is none.
        """
        with self._reader.connect() as connection:
            wanted = select(self._table).where(self._table.c.id == approval)
            row = connection.execute(wanted).first()
        if row is None:
            raise NotFoundError("There is no such request", "", "See the page of approvals.")
        return _approval(row)

    def recent(self, limit: int) -> tuple[ApprovalRecord, ...]:
        """The last requests, newest first."""
        newest = select(self._table).order_by(self._table.c.asked_at.desc()).limit(limit)
        with self._reader.connect() as connection:
            return tuple(_approval(row) for row in connection.execute(newest))

    def waiting(self) -> tuple[ApprovalRecord, ...]:
        """Those that somebody could still agree to."""
        found = self.recent(200)
        return tuple(
            each
            for each in found
            if each.state is ApprovalState.WAITING and each.expires > time.time()
        )

    def answer(self, approval: str, who: str, state: ApprovalState, job: str = "") -> bool:
        """Answer a request once, in time, and never one's own; False: it cannot be answered."""
        table = self._table
        open_ = (table.c.state == ApprovalState.WAITING) & (table.c.expires > time.time())
        values = {"state": state, "answered_by": who, "answered_at": self._now(), "job": job}
        mine = (table.c.id == approval) & open_
        if state is ApprovalState.APPROVED:
            mine = mine & (table.c.asked_by != who)
        with self._engine.begin() as connection:
            return bool(connection.execute(update(table).where(mine).values(values)).rowcount)


def _approval(row: Row[tuple[object, ...]]) -> ApprovalRecord:
    return ApprovalRecord.model_validate(dict(row._mapping))
