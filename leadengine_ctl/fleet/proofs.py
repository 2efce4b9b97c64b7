"""How people prove who they are: sessions of browsers, API tokens, and failed attempts.

A token is random and long: its SHA-256 is as good as any hash, and all that is stored.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Engine, Row, Table, delete, insert, or_, select, update

from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.panel_records import PersonRecord, Role, SessionRecord, TokenRecord
from leadengine_ctl.fleet.people import person_of
from leadengine_ctl.secrets import digest

GRACE = 60.0
"""Seconds that a session's former token is still taken: requests may have been under way with it."""


class Sessions:
    def __init__(self, engine: Engine, sessions: Table, people: Table) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = sessions
        self._people = people

    def open(self, person: str, *, proven: bool) -> SecretStr:
        """Begin a session; its token."""
        token, now = secrets.token_urlsafe(32), time.time()
        values = {"digest": digest(token), "person": person, "proven": proven}
        moments = {"created_at": now, "seen_at": now, "rotated_at": now}
        with self._engine.begin() as connection:
            connection.execute(insert(self._table).values({**values, **moments}))
        return SecretStr(token)

    def find(self, token: str, idle: float, longest: float) -> SessionRecord | None:
        """The session of a token that is neither idle for too long nor too old, of an active person."""
        table, now, mine = self._table, time.time(), digest(token)
        former = (table.c.previous == mine) & (table.c.rotated_at > now - GRACE)
        fresh = (table.c.seen_at > now - idle) & (table.c.created_at > now - longest)
        wanted = (
            select(table.c.digest, table.c.proven, table.c.seen_at, table.c.rotated_at)
            .add_columns(table.c.created_at.label("began_at"), self._people)
            .join(self._people, self._people.c.id == table.c.person)
            .where(or_(table.c.digest == mine, former), fresh, self._people.c.active)
        )
        with self._reader.connect() as connection:
            row = connection.execute(wanted).first()
        return _session(row) if row else None

    def touch(self, session: str) -> None:
        self._change(session, {"seen_at": time.time()})

    def rotate(self, session: str) -> SecretStr:
        """Give a session a new token; the former one fades."""
        token, now = secrets.token_urlsafe(32), time.time()
        self._change(
            session,
            {"digest": digest(token), "previous": session, "rotated_at": now, "seen_at": now},
        )
        return SecretStr(token)

    def close(self, session: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.digest == session))

    def close_all(self, person: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.person == person))

    def sweep(self, longest: float) -> None:
        """Forget sessions that have ended by themselves."""
        with self._engine.begin() as connection:
            old = self._table.c.created_at < time.time() - longest
            connection.execute(delete(self._table).where(old))

    def _change(self, session: str, values: dict[str, object]) -> None:
        with self._engine.begin() as connection:
            mine = self._table.c.digest == session
            connection.execute(update(self._table).where(mine).values(values))


class Tokens:
    def __init__(
        self, engine: Engine, tokens: Table, people: Table, now: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = tokens
        self._people = people
        self._now = now

    def create(
        self, person: str, name: str, role: Role, days: int
    ) -> tuple[TokenRecord, SecretStr]:
        """A new token; it is readable this once."""
        token = f"lectl_{secrets.token_urlsafe(32)}"
        expires = datetime.now(UTC) + timedelta(days=days)
        record = TokenRecord(
            id=secrets.token_hex(6),
            person=person,
            name=name,
            role=role,
            created_at=self._now(),
            expires_at=expires.isoformat(timespec="milliseconds"),
        )
        with self._engine.begin() as connection:
            values = {**record.model_dump(), "digest": digest(token)}
            connection.execute(insert(self._table).values(values))
        return record, SecretStr(token)

    def find(self, token: str) -> tuple[TokenRecord, PersonRecord] | None:
        """A token that is good, and whose it is."""
        table, people = self._table, self._people
        good = (table.c.expires_at > self._now()) & table.c.revoked_at.is_(None)
        with self._reader.connect() as connection:
            row = connection.execute(
                select(table).where(table.c.digest == digest(token), good)
            ).first()
            if row is None:
                return None
            owner = connection.execute(
                select(people).where(people.c.id == row.person, people.c.active)
            ).first()
        return (_token(row), person_of(owner)) if owner else None

    def note_use(self, token: str) -> None:
        self._change(token, {"used_at": self._now()})

    def revoke(self, token: str) -> None:
        self._change(token, {"revoked_at": self._now()})

    def of(self, person: str | None = None) -> tuple[TokenRecord, ...]:
        """The tokens of one person, or of everybody, newest first."""
        wanted = select(self._table).order_by(self._table.c.created_at.desc())
        if person is not None:
            wanted = wanted.where(self._table.c.person == person)
        with self._reader.connect() as connection:
            return tuple(_token(row) for row in connection.execute(wanted))

    def _change(self, token: str, values: dict[str, object]) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(self._table).where(self._table.c.id == token).values(values))


class Attempts:
    """Failures by key within a span of time, the same for every worker of the panel."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table

    def count(self, key: str, span: float) -> int:
        table = self._table
        wanted = select(table.c.count).where(table.c.key == key, table.c.since > time.time() - span)
        with self._reader.connect() as connection:
            return connection.scalar(wanted) or 0

    def add(self, key: str, span: float) -> None:
        """One more; the first after a quiet span begins anew."""
        table, now = self._table, time.time()
        mine = table.c.key == key
        with self._engine.begin() as connection:
            going_on = update(table).where(mine, table.c.since > now - span)
            if connection.execute(going_on.values(count=table.c.count + 1)).rowcount:
                return
            connection.execute(delete(table).where(mine))
            connection.execute(insert(table).values(key=key, count=1, since=now))

    def clear(self, beginning: str) -> None:
        with self._engine.begin() as connection:
            mine = self._table.c.key.startswith(beginning, autoescape=True)
            connection.execute(delete(self._table).where(mine))

    def sweep(self, span: float) -> None:
        with self._engine.begin() as connection:
            old = self._table.c.since < time.time() - span
            connection.execute(delete(self._table).where(old))


def _session(row: Row[tuple[object, ...]]) -> SessionRecord:
    return SessionRecord(
        digest=row.digest,
        person=person_of(row),
        proven=row.proven,
        created_at=row.began_at,
        seen_at=row.seen_at,
        rotated_at=row.rotated_at,
    )


def _token(row: Row[tuple[object, ...]]) -> TokenRecord:
    values = dict(row._mapping)
    del values["digest"]
    return TokenRecord.model_validate(values)
