"""Incidents, channels and mutes; and the duties that one of several panels has at a time."""

import time
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import Engine, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.alert_records import ChannelRecord, IncidentRecord, MuteRecord
from leadengine_ctl.fleet.alert_schema import AlertSchema
from leadengine_ctl.fleet.clock import clock_of
from leadengine_ctl.fleet.database import reader


class Alerts:
    def __init__(self, engine: Engine, schema: AlertSchema) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._schema = schema

    def open_incidents(self) -> tuple[IncidentRecord, ...]:
        """What is wrong now, the worst and the newest first."""
        table = self._schema.incidents
        wanted = select(table).where(table.c.closed_at.is_(None))
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.severity, table.c.opened_at.desc()))
            return tuple(_incident(row) for row in rows)

    def past_incidents(self, limit: int) -> tuple[IncidentRecord, ...]:
        """What was wrong, newest first."""
        table = self._schema.incidents
        wanted = select(table).where(table.c.closed_at.is_not(None))
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.closed_at.desc()).limit(limit))
            return tuple(_incident(row) for row in rows)

    def begin(self, incidents: Iterable[IncidentRecord]) -> None:
        """Note that something is wrong: all of it, or nothing where another panel has noted some of it."""
        values = [incident.model_dump() for incident in incidents]
        if values:
            with suppress(IntegrityError), self._engine.begin() as connection:
                connection.execute(insert(self._schema.incidents), values)

    def say(self, incident: str, sentence: str, severity: str) -> None:
        self._change([incident], {"sentence": sentence, "severity": severity})

    def end(self, incidents: Iterable[str], now: float) -> None:
        """Note that they are not wrong any more."""
        self._change(incidents, {"closed_at": now})

    def mark_told(self, incidents: Iterable[str]) -> None:
        self._change(incidents, {"told": True})

    def see(self, incident: str, who: str) -> None:
        """Note who is at it."""
        self._change([incident], {"seen_by": who})

    def get(self, incident: str) -> IncidentRecord:
        """The incident with this id.

        Raises:
            NotFoundError: there is none.
        """
        table = self._schema.incidents
        with self._reader.connect() as connection:
            row = connection.execute(select(table).where(table.c.id == incident)).first()
        if row is None:
            raise NotFoundError("There is no such incident", "", "See the page of alerts.")
        return _incident(row)

    def channels(self) -> tuple[ChannelRecord, ...]:
        table = self._schema.channels
        with self._reader.connect() as connection:
            rows = connection.execute(select(table).order_by(table.c.name))
            return tuple(ChannelRecord.model_validate(dict(row._mapping)) for row in rows)

    def add_channel(self, channel: ChannelRecord) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(self._schema.channels).values(channel.model_dump()))

    def remove_channel(self, channel: str) -> None:
        table = self._schema.channels
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.id == channel))

    def note_sent(self, channel: str, failure: str, now: float) -> None:
        """How the last message to a channel went."""
        table = self._schema.channels
        values: dict[str, object] = {"failure": failure}
        if not failure:
            values["sent_at"] = now
        with self._engine.begin() as connection:
            connection.execute(update(table).where(table.c.id == channel).values(values))

    def mutes(self, now: float) -> tuple[MuteRecord, ...]:
        """Those that are on or still to come."""
        table = self._schema.mutes
        with self._reader.connect() as connection:
            rows = connection.execute(
                select(table).where(table.c.ends > now).order_by(table.c.begins)
            )
            return tuple(MuteRecord.model_validate(dict(row._mapping)) for row in rows)

    def add_mute(self, mute: MuteRecord) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(self._schema.mutes).values(mute.model_dump()))

    def end_mute(self, mute: str, now: float) -> None:
        table = self._schema.mutes
        with self._engine.begin() as connection:
            connection.execute(update(table).where(table.c.id == mute).values(ends=now))

    def _change(self, incidents: Iterable[str], values: dict[str, object]) -> None:
        """The same to each of them, at once."""
        table, keys = self._schema.incidents, [{"which": incident} for incident in incidents]
        changed = update(table).where(table.c.id == bindparam("which")).values(values)
        if keys:
            with self._engine.begin() as connection:
                connection.execute(changed, keys)


class Duties:
    """What has to be done by one of several panels: whoever holds the lease does it."""

    def __init__(self, engine: Engine, schema: AlertSchema) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = schema.duties
        self._clock = clock_of(engine)

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Hold a duty for some time; False: another panel does."""
        table = self._table
        lease = {"holder": holder, "lease": self._clock + seconds}
        free = or_(table.c.holder == holder, table.c.lease < self._clock)
        change = update(table).where(table.c.name == name, free).values(lease)
        try:
            with self._engine.begin() as connection:
                if connection.execute(change).rowcount:
                    return True
                connection.execute(insert(table).values(name=name, done_at=0.0, **lease))
        except IntegrityError:
            return False
        return True

    def done(self, name: str) -> None:
        """Note that it was done just now."""
        with self._engine.begin() as connection:
            mine = self._table.c.name == name
            connection.execute(update(self._table).where(mine).values(done_at=time.time()))

    def last_done(self, name: str) -> float | None:
        """When it was done the last time."""
        with self._reader.connect() as connection:
            wanted = select(self._table.c.done_at).where(self._table.c.name == name)
            return connection.scalar(wanted)


def _incident(row: Row[tuple[object, ...]]) -> IncidentRecord:
    return IncidentRecord.model_validate(dict(row._mapping))
