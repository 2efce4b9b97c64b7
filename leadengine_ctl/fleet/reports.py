"""What agents reported, for whoever shows it: heartbeats, health, events, usage."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Engine, Row, Table, delete, func, insert, select

from leadengine_agent.reports import Heartbeat
from leadengine_ctl.fleet.agent_records import (
    AgentEventRecord,
    HealthRecord,
    HeartbeatRecord,
    UsageRecord,
)
from leadengine_ctl.fleet.agent_tables import AgentTables
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.intake import SPAN

_YOUNG = 86_400
_OLD = 30 * 86_400
_LONG_SPAN = 21_600
"""Health older than a day is kept in pieces of six hours, for thirty days."""


class Reports:
    def __init__(self, engine: Engine, tables: AgentTables) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._tables = tables

    def heartbeat(self, host: str) -> HeartbeatRecord | None:
        """The newest heartbeat of a host."""
        table = self._tables.heartbeats
        with self._reader.connect() as connection:
            row = connection.execute(select(table).where(table.c.host == host)).first()
            return _heartbeat(row) if row else None

    def heartbeats(self) -> tuple[HeartbeatRecord, ...]:
        """The newest heartbeat of each host, by host."""
        table = self._tables.heartbeats
        with self._reader.connect() as connection:
            rows = connection.execute(select(table).order_by(table.c.host))
            return tuple(_heartbeat(row) for row in rows)

    def health(self, host: str, since: float) -> tuple[HealthRecord, ...]:
        """How a host was, oldest first."""
        table = self._tables.health
        wanted = (table.c.host == host) & (table.c.at >= since)
        with self._reader.connect() as connection:
            rows = connection.execute(select(table).where(wanted).order_by(table.c.at))
            return tuple(HealthRecord.model_validate(dict(row._mapping)) for row in rows)

    def free_sizes(
        self, hosts: Collection[str], since: float, every: int
    ) -> dict[str, list[tuple[int, int, int]]]:
        """When, and how much of disk and memory was free then, of each host, oldest first.

        Args:
            every: seconds between two of them.
        """
        table = self._tables.health
        wanted = table.c.host.in_(hosts) & (table.c.at >= since) & (table.c.at % every == 0)
        sizes = select(table.c.host, table.c.at, table.c.disk_free, table.c.memory_free)
        found: dict[str, list[tuple[int, int, int]]] = {}
        with self._reader.connect() as connection:
            for host, *sample in connection.execute(sizes.where(wanted).order_by(table.c.at)):
                found.setdefault(host, []).append((sample[0], sample[1], sample[2]))
        return found

    def events(
        self, *, host: str = "", client: str = "", after: int = 0, limit: int = 500
    ) -> tuple[AgentEventRecord, ...]:
        """The newest events of a host, of a client or of all, in the order of arrival.

        Args:
            after: only those that came after the event of this id.
        """
        table = self._tables.events
        wanted = select(table).where(table.c.id > after)
        wanted = wanted.where(table.c.host == host) if host else wanted
        wanted = wanted.where(table.c.client == client) if client else wanted
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.id.desc()).limit(limit)).all()
        return tuple(AgentEventRecord.model_validate(dict(row._mapping)) for row in reversed(rows))

    def usage(self, since: str, client: str = "") -> tuple[UsageRecord, ...]:
        """What clients used from a day on (`2026-11-26`), by client and day."""
        table = self._tables.usage
        wanted = select(table).where(table.c.day >= since)
        wanted = wanted.where(table.c.client == client) if client else wanted
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.client, table.c.day))
            return tuple(UsageRecord.model_validate(dict(row._mapping)) for row in rows)

    def thin(self, now: float) -> None:
        """Keep of old health what a picture of weeks needs."""
        table = self._tables.health
        border = int(now - _YOUNG) // _LONG_SPAN * _LONG_SPAN
        old = (table.c.span == SPAN) & (table.c.at < border)
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.at < now - _OLD))
            merged = select(*_merged(table)).where(old).group_by(table.c.host, "piece")
            rows = [_long_row(dict(row._mapping)) for row in connection.execute(merged)]
            connection.execute(delete(table).where(old))
            if rows:
                connection.execute(insert(table), rows)


def _merged(table: Table) -> tuple[ColumnElement[object], ...]:
    piece = (table.c.at - table.c.at % _LONG_SPAN).label("piece")
    return (
        table.c.host,
        piece,
        func.sum(table.c.samples).label("samples"),
        func.sum(table.c.well).label("well"),
        func.min(table.c.disk_free).label("disk_free"),
        func.min(table.c.memory_free).label("memory_free"),
    )


def _long_row(values: dict[str, object]) -> dict[str, object]:
    return {"span": _LONG_SPAN, "at": values.pop("piece"), **values}


def _heartbeat(row: Row[tuple[object, ...]]) -> HeartbeatRecord:
    return HeartbeatRecord(
        host=row.host,
        received_at=row.received_at,
        sent_at=row.sent_at,
        interval=row.interval,
        heartbeat=Heartbeat.model_validate_json(row.body),
    )
