"""The DNS records we made: noted before they are made, so that none is forgotten."""

from sqlalchemy import Delete, Engine, Table, delete, insert, select

from leadengine_agent.values import Frozen


class MadeRecord(Frozen):
    """One value of one name, made for a client at a provider."""

    name: str
    kind: str
    value: str
    client: str
    provider: str


class MadeRecords:
    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._table = table

    def of(self, client: str) -> tuple[MadeRecord, ...]:
        """All that were made for a client."""
        wanted = select(self._table).where(self._table.c.client == client)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(self._table.c.name, self._table.c.kind))
            return tuple(MadeRecord.model_validate(dict(row._mapping)) for row in rows)

    def at(self, name: str) -> tuple[MadeRecord, ...]:
        """All of a name, for whichever client."""
        wanted = select(self._table).where(self._table.c.name == name)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(self._table.c.kind, self._table.c.value))
            return tuple(MadeRecord.model_validate(dict(row._mapping)) for row in rows)

    def add(self, record: MadeRecord) -> None:
        """Note one; noting it again changes nothing."""
        with self._engine.begin() as connection:
            connection.execute(self._without(record))
            connection.execute(insert(self._table).values(dict(record)))

    def remove(self, record: MadeRecord) -> None:
        with self._engine.begin() as connection:
            connection.execute(self._without(record))

    def _without(self, record: MadeRecord) -> Delete:
        table = self._table
        return delete(table).where(
            table.c.name == record.name,
            table.c.kind == record.kind,
            table.c.value == record.value,
        )
