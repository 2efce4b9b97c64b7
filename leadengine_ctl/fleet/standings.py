"""What clients' stacks are to be by what was paid, and what usage the payment server was told."""

import time

from sqlalchemy import ColumnElement, Engine, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.fleet.billing_records import StandingRecord, UsageLine
from leadengine_ctl.fleet.billing_schema import BillingSchema
from leadengine_ctl.fleet.database import reader


class Standings:
    def __init__(self, engine: Engine, schema: BillingSchema) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = schema.standings

    def find(self, client: str) -> StandingRecord | None:
        wanted = select(self._table).where(self._table.c.client == client)
        with self._reader.connect() as connection:
            row = connection.execute(wanted).first()
        return StandingRecord.model_validate(dict(row._mapping)) if row else None

    def all(self) -> tuple[StandingRecord, ...]:
        """Those of all clients that ever had one, by name."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.client))
            return tuple(StandingRecord.model_validate(dict(row._mapping)) for row in rows)

    def change(self, client: str, before: str | None, standing: str, why: str) -> bool:
        """Note another standing; False: it is not what it was before any more."""
        table, values = self._table, {"standing": standing, "why": why, "since": time.time()}
        try:
            with self._engine.begin() as connection:
                if before is None:
                    connection.execute(insert(table).values(client=client, **values))
                    return True
                mine = (table.c.client == client) & (table.c.standing == before)
                return bool(connection.execute(update(table).where(mine).values(values)).rowcount)
        except IntegrityError:
            return False

    def trying(self, client: str, before: float | None, now: float) -> bool:
        """Note that its stack is about to be told; False: somebody else has begun since."""
        table = self._table
        mine = (table.c.client == client) & (
            table.c.tried_at.is_(None) if before is None else table.c.tried_at == before
        )
        with self._engine.begin() as connection:
            return bool(connection.execute(update(table).where(mine).values(tried_at=now)).rowcount)

    def was_told(self, client: str, effect: str, now: float) -> None:
        """Note what its stack was told."""
        mine = self._table.c.client == client
        with self._engine.begin() as connection:
            connection.execute(update(self._table).where(mine).values(told=effect, told_at=now))

    def say(self, client: str, why: str) -> None:
        """The same standing, for another reason."""
        with self._engine.begin() as connection:
            mine = self._table.c.client == client
            connection.execute(update(self._table).where(mine).values(why=why))


class Told:
    """Usage that was reported: a day, a meter, and the total the server knows."""

    def __init__(self, engine: Engine, schema: BillingSchema) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = schema.usage

    def all(self, since: str) -> tuple[UsageLine, ...]:
        """Everything from a day on."""
        wanted = select(self._table).where(self._table.c.day >= since)
        with self._reader.connect() as connection:
            return tuple(
                UsageLine.model_validate(dict(row._mapping)) for row in connection.execute(wanted)
            )

    def begin(self, line: UsageLine, total: int) -> bool:
        """Note what is about to be sent, before it is: a kill leaves the same message to be sent again.

        Returns:
            False: somebody else is at it.
        """
        table, now = self._table, time.time()
        values = {"sending": total, "sending_since": now}
        free = table.c.sending.is_(None) & (table.c.told == line.told)
        key = {"client": line.client, "day": line.day, "meter": line.meter}
        try:
            with self._engine.begin() as connection:
                change = update(table).where(_is(table, line), free).values(values)
                if connection.execute(change).rowcount:
                    return True
                if line.told == 0:
                    connection.execute(insert(table).values(told=0, **key, **values))
                    return True
        except IntegrityError:
            return False
        return False

    def done(self, line: UsageLine, total: int) -> None:
        """Note that it arrived."""
        values = {"told": total, "sending": None, "sending_since": None}
        with self._engine.begin() as connection:
            connection.execute(update(self._table).where(_is(self._table, line)).values(values))


def _is(table: Table, line: UsageLine) -> ColumnElement[bool]:
    return (
        (table.c.client == line.client) & (table.c.day == line.day) & (table.c.meter == line.meter)
    )
