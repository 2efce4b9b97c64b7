"""The books: our copy of what the payment server knows, and what came of it."""

import time
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Engine, Row, Table, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.fleet.billing_records import (
    RECORDS,
    CustomerRecord,
    EventRecord,
    Kind,
    Record,
)
from leadengine_ctl.fleet.billing_schema import BillingSchema
from leadengine_ctl.fleet.database import reader


class Books:
    """Objects by kind and id, each with a version; and the inbox of events."""

    def __init__(self, engine: Engine, schema: BillingSchema) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._objects = schema.objects
        self._events = schema.events

    def version(self, kind: Kind, key: str) -> int:
        """How often an object was written; 0: never. Ask for it before the server is asked."""
        table = self._objects
        wanted = select(table.c.version).where(_is(table, kind, key))
        with self._reader.connect() as connection:
            return connection.scalar(wanted) or 0

    def keep(self, kind: Kind, key: str, record: Record | None, seen: int) -> bool:
        """Write what the server has now; None: it has it no more.

        Args:
            seen: the version from before the server was asked.

        Returns:
            False: somebody wrote since. What was read may be older than theirs: ask the server again.
        """
        table = self._objects
        values: dict[str, object] = {"version": seen + 1, "gone": record is None}
        if record is not None:
            values |= {"customer": _customer_of(record), "body": record.model_dump_json()}
        change = update(table).where(_is(table, kind, key), table.c.version == seen)
        try:
            with self._engine.begin() as connection:
                if connection.execute(change.values(values)).rowcount:
                    return True
                if seen == 0 and record is not None:
                    connection.execute(insert(table).values(kind=kind, id=key, **values))
                    return True
        except IntegrityError:
            return False
        return False

    def find(self, kind: Kind, key: str) -> Record | None:
        table = self._objects
        with self._reader.connect() as connection:
            row = connection.execute(select(table).where(_is(table, kind, key))).first()
        return _record(row) if row and not row.gone else None

    def all(self, kind: Kind) -> dict[str, Record]:
        """Id -> record of a kind, without those that the server has no more."""
        table = self._objects
        with self._reader.connect() as connection:
            rows = connection.execute(select(table).where(table.c.kind == kind)).all()
        return {row.id: _record(row) for row in rows if not row.gone}

    def owners(self) -> dict[str, str]:
        """Customer -> client, also of those customers that the server has no more."""
        table = self._objects
        wanted = select(table).where(table.c.kind == Kind.CUSTOMER)
        with self._reader.connect() as connection:
            records = [_record(row) for row in connection.execute(wanted)]
        return {each.id: each.client for each in records if isinstance(each, CustomerRecord)}

    def owner(self, customer: str) -> str | None:
        """Whose customer it is or was; None: the books never had it."""
        table = self._objects
        with self._reader.connect() as connection:
            row = connection.execute(
                select(table).where(_is(table, Kind.CUSTOMER, customer))
            ).first()
        record = _record(row) if row else None
        return record.client if isinstance(record, CustomerRecord) else None

    def customers(self, client: str = "") -> tuple[CustomerRecord, ...]:
        """The customers that are ours, or those of one client: one, unless something went wrong."""
        found = self.all(Kind.CUSTOMER).values()
        ours = [each for each in found if isinstance(each, CustomerRecord) and each.client]
        return tuple(each for each in ours if client in {"", each.client})

    def of_customers(self, kind: Kind, customers: Iterable[str]) -> tuple[Record, ...]:
        """What the books hold of some customers."""
        table = self._objects
        wanted = select(table).where(table.c.kind == kind, table.c.customer.in_(list(customers)))
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.id)).all()
        return tuple(_record(row) for row in rows if not row.gone)

    def take(self, event: EventRecord) -> bool:
        """Put an event into the inbox; False: it was there before."""
        values = {**event.model_dump(), "received_at": time.time()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(self._events).values(values))
        except IntegrityError:
            return False
        return True

    def waiting(self, limit: int = 200) -> tuple[EventRecord, ...]:
        """The oldest events that nobody has looked into yet."""
        table = self._events
        wanted = select(table).where(table.c.done_at.is_(None))
        wanted = wanted.order_by(table.c.received_at).limit(limit)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            EventRecord(id=row.id, type=row.type, kind=row.kind, object=row.object) for row in rows
        )

    def done(self, events: Iterable[str]) -> None:
        """Note that events were looked into."""
        table = self._events
        change = update(table).where(table.c.id.in_(list(events))).values(done_at=time.time())
        with self._engine.begin() as connection:
            connection.execute(change)

    def events_about(self, objects: Iterable[str], limit: int) -> tuple[tuple[str, float], ...]:
        """Type and time of the newest events about some objects, newest first."""
        table = self._events
        wanted = select(table).where(table.c.object.in_(list(objects)))
        wanted = wanted.order_by(table.c.received_at.desc()).limit(limit)
        with self._reader.connect() as connection:
            return tuple((row.type, row.received_at) for row in connection.execute(wanted))


def _is(table: Table, kind: Kind, key: str) -> ColumnElement[bool]:
    return and_(table.c.kind == kind, table.c.id == key)


def _customer_of(record: Record) -> str:
    return record.id if isinstance(record, CustomerRecord) else record.customer


def _record(row: Row[tuple[object, ...]]) -> Record:
    return RECORDS[Kind(row.kind)].model_validate_json(row.body)
