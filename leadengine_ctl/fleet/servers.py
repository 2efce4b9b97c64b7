"""The servers we rent: each known from before it is ordered until after it is deleted."""

from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_agent.values import Frozen
from leadengine_ctl.errors import LockedError, NotFoundError


class ServerRecord(Frozen):
    """A rented server.

    Attributes:
        operation: the operation that ordered it; its tag at the provider, by which it is found again.
        client: the client it was made for; empty: for anybody.
        monthly: its price when it was ordered, or last resized; empty: unknown.
        server: the provider's id, noted as soon as there is one.
        host: the name of the host it is; None until it has an address.
        reserved: an IPv4 address beside its own that outlives it; empty: it has none.
        live: it became a host.
        first_key: the public host key it was made with; next_key: the one that takes its place.
        private_key: the other half of `first_key`, until the server has it.
    """

    operation: str
    name: str
    client: str
    provider: str
    size: str
    region: str
    monthly: str
    currency: str
    server: str | None = None
    host: str | None = None
    address: str = ""
    address6: str = ""
    reserved: str = ""
    live: bool = False
    first_key: str
    next_key: str = ""
    private_key: SecretStr | None = None
    created_at: str


class Servers:
    def __init__(self, engine: Engine, table: Table, fleet: Table) -> None:
        self._engine = engine
        self._table = table
        self._fleet = fleet

    def fleet(self) -> str:
        """The name that tells this fleet's servers from those of another in the same account."""
        with self._engine.connect() as connection:
            return str(connection.scalar(select(self._fleet.c.id)))

    def all(self) -> tuple[ServerRecord, ...]:
        """Every server, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.created_at))
            return tuple(ServerRecord.model_validate(dict(row._mapping)) for row in rows)

    def find(self, operation: str) -> ServerRecord | None:
        return self._first(self._table.c.operation == operation)

    def named(self, name: str) -> ServerRecord | None:
        """The server with this name."""
        return self._first(self._table.c.name == name)

    def of_host(self, host: str) -> ServerRecord | None:
        """The server that a host is; None: it is not one of ours."""
        return self._first(self._table.c.host == host)

    def get(self, operation: str) -> ServerRecord:
        """The server that an operation ordered.

        Raises:
            NotFoundError: it was deleted meanwhile.
        """
        found = self.find(operation)
        if found is None:
            raise NotFoundError(
                f"The server of the operation {operation} is not known any more",
                "It was deleted meanwhile.",
                "Run the command anew.",
            )
        return found

    def add(self, record: ServerRecord) -> None:
        """Note a server that is about to be ordered.

        Raises:
            LockedError: somebody else noted one of that name at this moment.
        """
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(self._table).values(dict(record)))
        except IntegrityError:
            raise LockedError(
                f"A server called {record.name} is being made already",
                "Another process noted it at this very moment.",
                "Wait until that has ended; 'lectl operations list' shows it.",
            ) from None

    def change(self, operation: str, **values: Any) -> None:
        """Note what is new about a server."""
        mine = self._table.c.operation == operation
        with self._engine.begin() as connection:
            connection.execute(update(self._table).where(mine).values(values))

    def remove(self, operation: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.operation == operation))

    def _first(self, condition: Any) -> ServerRecord | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(self._table).where(condition)).first()
            return ServerRecord.model_validate(dict(row._mapping)) if row else None
