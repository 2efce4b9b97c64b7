"""Views of the fleet that people keep under a name of their own."""

import secrets

from sqlalchemy import Engine, Table, delete, func, insert, select

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.panel_records import SavedView

MOST = 20
"""So many views has a person: they stand in one line."""


class Views:
    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table

    def of(self, person: str) -> tuple[SavedView, ...]:
        """A person's own, by name."""
        wanted = select(self._table).where(self._table.c.person == person)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(self._table.c.name))
            return tuple(SavedView.model_validate(dict(row._mapping)) for row in rows)

    def keep(self, person: str, name: str, address: str) -> SavedView:
        """Keep a view; another one of the same name is replaced.

        Raises:
            NotAllowedError: the person has as many as there may be.
        """
        table, view = self._table, SavedView(id=secrets.token_hex(8), name=name, address=address)
        mine = table.c.person == person
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(mine, table.c.name == name))
            count = connection.scalar(select(func.count()).select_from(table).where(mine)) or 0
            if count >= MOST:
                raise NotAllowedError(
                    f"The view {name} was not kept", f"There are {MOST} already.", "Remove one."
                )
            connection.execute(insert(table).values(person=person, **view.model_dump()))
        return view

    def remove(self, person: str, view: str) -> bool:
        """Forget one of a person's own; False: there is none of this id."""
        table = self._table
        with self._engine.begin() as connection:
            mine = (table.c.person == person) & (table.c.id == view)
            return bool(connection.execute(delete(table).where(mine)).rowcount)
