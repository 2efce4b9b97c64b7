"""The places for recovery points; what opens them is sealed."""

import json
from collections.abc import Callable

from pydantic import SecretStr
from sqlalchemy import Engine, Row, Table, delete, insert, select, update

from leadengine_agent.protocol import TargetCredentials
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.records import StorageRecord


class Storages:
    def __init__(self, engine: Engine, table: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._table = table
        self._now = now

    def all(self) -> tuple[StorageRecord, ...]:
        """Every storage, in the order they were added."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.created_at))
            return tuple(_record(row) for row in rows)

    def get(self, name: str) -> StorageRecord:
        """The storage called `name`.

        Raises:
            NotFoundError: there is none.
        """
        with self._engine.connect() as connection:
            table = self._table
            row = connection.execute(select(table).where(table.c.name == name)).first()
        if row is None:
            raise NotFoundError(
                f"There is no storage called '{name}'",
                "It was never added to this store, or it was removed.",
                "See 'lectl storage list'; add it with 'lectl storage add NAME LOCATION'.",
            )
        return _record(row)

    def save(self, record: StorageRecord) -> None:
        """Insert or replace a storage."""
        values = {
            "target": record.target.model_dump_json(),
            "credentials": _pack(record.credentials),
            "pruning_credentials": _pack(record.pruning_credentials),
        }
        with self._engine.begin() as connection:
            mine = self._table.c.name == record.name
            if not connection.execute(update(self._table).where(mine).values(values)).rowcount:
                new = {"name": record.name, "created_at": self._now(), **values}
                connection.execute(insert(self._table).values(new))

    def remove(self, name: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.name == name))


def _pack(credentials: TargetCredentials | None) -> SecretStr | None:
    if credentials is None:
        return None
    return SecretStr(
        json.dumps({"user": credentials.user, "secret": credentials.secret.get_secret_value()})
    )


def _unpack(packed: SecretStr | None) -> TargetCredentials | None:
    return TargetCredentials.model_validate_json(packed.get_secret_value()) if packed else None


def _record(row: Row[tuple[object, ...]]) -> StorageRecord:
    return StorageRecord.model_validate(
        {
            "target": json.loads(row.target),
            "credentials": _unpack(row.credentials),
            "pruning_credentials": _unpack(row.pruning_credentials),
            "created_at": row.created_at,
        }
    )
