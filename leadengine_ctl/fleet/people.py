"""The people who may sign in to the panel."""

import json
import secrets
import time
from collections.abc import Callable, Mapping

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Engine, Row, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.panel_records import PersonRecord, Role
from leadengine_ctl.secrets import digest


class People:
    def __init__(self, engine: Engine, table: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table
        self._now = now

    def all(self) -> tuple[PersonRecord, ...]:
        """Everybody, by address."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.email))
            return tuple(person_of(row) for row in rows)

    def find(self, email: str) -> PersonRecord | None:
        return self._first(self._table.c.email == email.lower())

    def get(self, person: str) -> PersonRecord:
        """The person with this id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._first(self._table.c.id == person)
        if found is None:
            raise NotFoundError("There is no such person", "They may have been removed.", "")
        return found

    def add(self, email: str, role: Role, scope: tuple[str, ...] | None = None) -> PersonRecord:
        """Register somebody; they cannot sign in before they were invited and chose a password.

        Raises:
            NotAllowedError: the address is taken.
        """
        record = PersonRecord(
            id=secrets.token_hex(8),
            email=email.lower(),
            role=role,
            scope=scope,
            created_at=self._now(),
        )
        values = {**record.model_dump(), "scope": _packed(scope)}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(self._table).values(values))
        except IntegrityError:
            raise NotAllowedError(
                f"{email} is on the team already",
                "An address stands for one person.",
                "Change their role, or invite them again, on the page of the team.",
            ) from None
        return record

    def invite(self, person: str, seconds: float) -> SecretStr:
        """A one-time code to choose a password with; an older one is worth nothing any more."""
        code = secrets.token_urlsafe(24)
        values = {"invite": digest(code), "invite_expires": time.time() + seconds}
        self._change(self._table.c.id == person, values)
        return SecretStr(code)

    def invited(self, code: str) -> PersonRecord | None:
        """Whose code this is, as long as it is good."""
        table = self._table
        good = (table.c.invite == digest(code)) & (table.c.invite_expires > time.time())
        return self._first(good & table.c.active)

    def choose_password(self, person: str, code: str, password: str) -> bool:
        """Take the hash of a password for a code; False: the code was used meanwhile."""
        table = self._table
        mine = (table.c.id == person) & (table.c.invite == digest(code))
        # Codes of the time before are gone too: whoever invites anew may mean that a phone was lost.
        values = {"password": password, "invite": None, "invite_expires": None, "totp": None}
        return self._change(mine, values)

    def set_password(self, person: str, password: str) -> None:
        self._change(self._table.c.id == person, {"password": password})

    def set_totp(self, person: str, seed: SecretStr, step: int) -> None:
        self._change(self._table.c.id == person, {"totp": seed, "totp_step": step})

    def use_step(self, person: str, step: int) -> bool:
        """Take a one-time code's step; False: this one or a later one was taken before."""
        table = self._table
        return self._change(
            (table.c.id == person) & (table.c.totp_step < step), {"totp_step": step}
        )

    def assign(self, person: str, role: Role, scope: tuple[str, ...] | None) -> None:
        """Give a role and the clients it is for."""
        self._keep_an_owner(person, role is Role.OWNER and scope is None)
        self._change(self._table.c.id == person, {"role": role, "scope": _packed(scope)})

    def activate(self, person: str, *, active: bool) -> None:
        """Suspend somebody, or take that back."""
        self._keep_an_owner(person, active)
        self._change(self._table.c.id == person, {"active": active})

    def _keep_an_owner(self, person: str, stays: bool) -> None:
        owners = [each for each in self.all() if each.role is Role.OWNER and each.active]
        if not stays and [each.id for each in owners] == [person]:
            raise NotAllowedError(
                "The last owner stays an owner",
                "Otherwise nobody could give out roles any more.",
                "Make somebody else an owner first.",
            )

    def _first(self, condition: ColumnElement[bool]) -> PersonRecord | None:
        with self._reader.connect() as connection:
            row = connection.execute(select(self._table).where(condition)).first()
            return person_of(row) if row else None

    def _change(self, whom: ColumnElement[bool], values: Mapping[str, object]) -> bool:
        with self._engine.begin() as connection:
            change = update(self._table).where(whom).values(values)
            return bool(connection.execute(change).rowcount)


def _packed(scope: tuple[str, ...] | None) -> str | None:
    return None if scope is None else json.dumps(scope)


def person_of(row: Row[tuple[object, ...]]) -> PersonRecord:
    """A person out of a row that has their columns."""
    return PersonRecord(
        id=row.id,
        email=row.email,
        role=row.role,
        scope=None if row.scope is None else json.loads(row.scope),
        active=row.active,
        password=row.password,
        totp=row.totp,
        totp_step=row.totp_step,
        created_at=row.created_at if isinstance(row.created_at, str) else "",
    )
