"""What brings clients back: recovery keys, sealed kits, and what hosts last said of their points.

Rows stay when a client is destroyed: that is when they are needed.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine, Row, Table, delete, insert, select, update

from leadengine_ctl.fleet.records import RecoveryKeyRecord, RecoveryRecord


class Recovery:
    def __init__(self, engine: Engine, keys: Table, clients: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._keys = keys
        self._clients = clients
        self._now = now

    def registered(self) -> tuple[RecoveryKeyRecord, ...]:
        """The public halves of the operators' recovery keys, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(self._keys).order_by(self._keys.c.created_at))
            return tuple(RecoveryKeyRecord.model_validate(dict(row._mapping)) for row in rows)

    def add_key(self, recipient: str, actor: str) -> bool:
        """Register a recovery key; False when it was already."""
        if any(each.recipient == recipient for each in self.registered()):
            return False
        values = {"recipient": recipient, "actor": actor, "created_at": self._now()}
        with self._engine.begin() as connection:
            connection.execute(insert(self._keys).values(values))
        return True

    def remove_key(self, recipient: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._keys).where(self._keys.c.recipient == recipient))

    def find(self, client: str) -> RecoveryRecord | None:
        with self._engine.connect() as connection:
            table = self._clients
            row = connection.execute(select(table).where(table.c.client == client)).first()
            return _record(row) if row else None

    def all(self) -> dict[str, RecoveryRecord]:
        """Every client of which something is known, by name; destroyed ones among them."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(self._clients))
            return {record.client: record for record in map(_record, rows)}

    def keep_report(self, client: str, report: str) -> None:
        """Note what a host said of a client's points, as JSON, and that it said so now."""
        self._upsert(client, {"report": report, "heard_at": self._now()})

    def keep_kit(self, client: str, kit: str) -> None:
        """Keep a client's kit: text that the recovery keys alone can open, and what it is about."""
        self._upsert(client, {"kit": kit, "kit_at": self._now()})

    def forget(self, client: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._clients).where(self._clients.c.client == client))

    def _upsert(self, client: str, values: Mapping[str, str]) -> None:
        table = self._clients
        with self._engine.begin() as connection:
            change = update(table).where(table.c.client == client).values(dict(values))
            if not connection.execute(change).rowcount:
                connection.execute(insert(table).values({"client": client, **values}))


def _record(row: Row[tuple[object, ...]]) -> RecoveryRecord:
    return RecoveryRecord.model_validate(dict(row._mapping))
