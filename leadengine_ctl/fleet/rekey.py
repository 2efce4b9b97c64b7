"""Seal every secret column anew with the newest key, or see whether that has been done."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    select,
    type_coerce,
    update,
)

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.secrets import KeyRing


@dataclass(frozen=True)
class Seals:
    """All secret columns of the store."""

    engine: Engine
    metadata: MetaData

    def renew(self) -> int:
        """Open each secret and seal it with the first key of the ring; how many there are."""
        return sum(self._renew(table, column) for table, column in self._sealed())

    def need_older_keys(self, newest: KeyRing) -> int:
        """How many secrets the newest key alone cannot open."""
        count = 0
        for _table, column in self._sealed():
            with self.engine.connect() as connection:
                stored = type_coerce(column, Text)
                for token in connection.scalars(select(stored).where(column.is_not(None))):
                    count += not _opens(newest, token)
        return count

    def _renew(self, table: Table, column: Column[Any]) -> int:
        keys = list(table.primary_key)
        with self.engine.begin() as connection:
            rows = connection.execute(select(*keys, column).where(column.is_not(None))).all()
            for *key, secret in rows:
                change = update(table).values({column: secret})
                for part, value in zip(keys, key, strict=True):
                    change = change.where(part == value)
                connection.execute(change)
        return len(rows)

    def _sealed(self) -> list[tuple[Table, Column[Any]]]:
        return [
            (table, column)
            for table in self.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, TypeDecorator)
        ]


def _opens(ring: KeyRing, token: str) -> bool:
    try:
        ring.unseal(token)
    except LeadEngineError:
        return False
    return True
