"""The hosts we know: where they are and the key they are pinned to."""

from collections.abc import Callable

from sqlalchemy import Engine, Row, Table, delete, insert, select, update

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.records import HostRecord


class Hosts:
    def __init__(self, engine: Engine, table: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._table = table
        self._now = now

    def all(self) -> tuple[HostRecord, ...]:
        """Every host, by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.name))
            return tuple(_record(row) for row in rows)

    def find(self, name: str) -> HostRecord | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(self._table).where(self._table.c.name == name)).first()
            return _record(row) if row else None

    def get(self, name: str) -> HostRecord:
        """The host called `name`.

        Raises:
            NotFoundError: there is none.
        """
        record = self.find(name)
        if record is None:
            raise NotFoundError(
                f"There is no host called '{name}'",
                "A host gets its name when something is deployed to it for the first time.",
                "See 'lectl host list', or give its address as in 'ssh://root@203.0.113.7'.",
            )
        return record

    def save(self, name: str, url: str) -> None:
        """Register a host, or note its new address."""
        self._upsert(name, {"url": url})

    def pin(self, name: str, url: str, host_key: str) -> None:
        """Remember the key that this host is to show from now on."""
        self._upsert(name, {"url": url, "host_key": host_key})

    def keep_facts(self, name: str, facts: str) -> None:
        """Remember what the last look at a known host showed, as JSON."""
        with self._engine.begin() as connection:
            connection.execute(
                update(self._table).where(self._table.c.name == name).values(facts=facts)
            )

    def drain(self, name: str, reason: str) -> None:
        """Let a host take no new clients; with an empty reason it takes them again."""
        with self._engine.begin() as connection:
            connection.execute(
                update(self._table).where(self._table.c.name == name).values(draining=reason)
            )

    def remove(self, name: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.name == name))

    def _upsert(self, name: str, values: dict[str, str]) -> None:
        with self._engine.begin() as connection:
            change = update(self._table).where(self._table.c.name == name).values(values)
            if not connection.execute(change).rowcount:
                new = {"name": name, "created_at": self._now(), **values}
                connection.execute(insert(self._table).values(new))


def _record(row: Row[tuple[object, ...]]) -> HostRecord:
    return HostRecord(
        name=row.name,
        url=row.url,
        host_key=row.host_key,
        facts=row.facts,
        created_at=row.created_at,
        draining=row.draining,
    )
