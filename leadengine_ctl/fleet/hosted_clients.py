"""Clients of hosted stacks that this store made or bills; the stack's own books are the truth about them."""

from sqlalchemy import ColumnElement, Engine, Table, delete, insert, select

from leadengine_agent.values import ClientId, DomainName, Email, Frozen, Slug
from leadengine_ctl.fleet.database import reader


class HostedClient(Frozen):
    """A client of a hosted stack. `stack`: the one it is in."""

    stack: Slug
    slug: Slug
    client_id: ClientId
    domain: DomainName
    email: Email


class HostedClients:
    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table

    def called(self, slug: str) -> tuple[HostedClient, ...]:
        """Those of this name, in whatever stack."""
        wanted = select(self._table).where(self._table.c.slug == slug)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(self._table.c.stack))
            return tuple(HostedClient.model_validate(dict(row._mapping)) for row in rows)

    def all(self) -> tuple[HostedClient, ...]:
        """Every one, by name."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.slug))
            return tuple(HostedClient.model_validate(dict(row._mapping)) for row in rows)

    def save(self, client: HostedClient) -> None:
        """Know it, as it is now."""
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._is(client.stack, client.slug)))
            connection.execute(insert(self._table).values(client.model_dump()))

    def remove(self, stack: str, slug: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._is(stack, slug)))

    def _is(self, stack: str, slug: str) -> ColumnElement[bool]:
        return (self._table.c.stack == stack) & (self._table.c.slug == slug)
