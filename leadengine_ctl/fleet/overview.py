"""Many clients at a glance: only what a list shows, and nothing that has to be unsealed."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from leadengine_ctl.fleet.agent_tables import AgentTables
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.fleet.schema import Schema


class Brief(NamedTuple):
    """A client in a list."""

    slug: str
    domain: str
    plan: str
    host: str
    release: str | None
    channel: str
    window: str | None
    hold: str
    email: str
    created_at: str


class Usage(NamedTuple):
    """What clients used in a span of days; `llm_micros`: millionths of a dollar."""

    api_calls: int = 0
    visitors: int = 0
    leads: int = 0
    llm_micros: int = 0


class Spoken(NamedTuple):
    """A heartbeat as it lies in the store, its body still JSON."""

    host: str
    received_at: float
    sent_at: float
    interval: float
    body: str


class Overview:
    def __init__(self, engine: Engine, schema: Schema) -> None:
        self._reader = reader(engine)
        self._schema = schema

    @property
    def _agents(self) -> AgentTables:
        return self._schema.agents

    def clients(self) -> tuple[Brief, ...]:
        """Every client, by name."""
        table = self._schema.clients
        columns = [table.c[name] for name in Brief._fields]
        with self._reader.connect() as connection:
            rows = connection.execute(select(*columns).order_by(table.c.slug)).all()
        return tuple(Brief._make(row) for row in rows)

    def spoken_since(self, received_at: float) -> tuple[Spoken, ...]:
        """The newest heartbeat of each host that spoke at this time or later."""
        table = self._agents.heartbeats
        columns = [table.c[name] for name in Spoken._fields]
        wanted = select(*columns).where(table.c.received_at >= received_at)
        with self._reader.connect() as connection:
            return tuple(Spoken._make(row) for row in connection.execute(wanted).all())

    def usage(self, since: str, until: str) -> dict[str, Usage]:
        """What each client used from one day to another, both included."""
        table = self._agents.usage
        sums = [func.sum(table.c[name]) for name in Usage._fields]
        wanted = select(table.c.client, *sums).where(table.c.day >= since, table.c.day <= until)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.group_by(table.c.client)).all()
        return {row[0]: Usage(*(int(value or 0) for value in row[1:])) for row in rows}

    def visitors_by_day(self, clients: Iterable[str], since: str) -> dict[str, dict[str, int]]:
        """Client -> day -> visitors."""
        table = self._agents.usage
        wanted = select(table.c.client, table.c.day, table.c.visitors).where(
            table.c.client.in_(tuple(clients)), table.c.day >= since
        )
        found: dict[str, dict[str, int]] = {}
        with self._reader.connect() as connection:
            for client, day, visitors in connection.execute(wanted):
                found.setdefault(client, {})[day] = visitors
        return found

    def operations(
        self,
        limit: int,
        clients: tuple[str, ...] | None = None,
        state: str = "",
        before: str = "",
    ) -> tuple[OperationRecord, ...]:
        """The last operations, newest first; of some clients, or of all."""
        table = self._schema.operations
        wanted = select(table).order_by(table.c.started_at.desc()).limit(limit)
        if clients is not None:
            wanted = wanted.where(table.c.client.in_(clients))
        if state:
            wanted = wanted.where(table.c.state == state)
        if before:
            wanted = wanted.where(table.c.started_at < before)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted).all()
        return tuple(OperationRecord.model_validate(dict(row._mapping)) for row in rows)

    def since(self, moment: str, verb: str) -> tuple[OperationRecord, ...]:
        """The operations of one verb that began at a moment or later, oldest first."""
        table = self._schema.operations
        wanted = select(table).where(table.c.started_at >= moment, table.c.verb == verb)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.started_at)).all()
        return tuple(OperationRecord.model_validate(dict(row._mapping)) for row in rows)

    def operation_counts(self) -> dict[str, int]:
        """How many operations there are of each state."""
        table = self._schema.operations
        wanted = select(table.c.state, func.count()).group_by(table.c.state)
        with self._reader.connect() as connection:
            found = {state: int(number) for state, number in connection.execute(wanted)}
        return {state.value: found.get(state.value, 0) for state in OperationState}
