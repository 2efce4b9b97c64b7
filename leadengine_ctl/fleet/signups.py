"""Sign-ups: each is found by its id, or by the secret of its link."""

from pydantic import SecretStr
from sqlalchemy import Engine, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.errors import LockedError, NotAllowedError, NotFoundError
from leadengine_ctl.fleet.database import reader
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.secrets import digest


class Signups:
    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._table = table

    def add(self, record: SignupRecord, secret: SecretStr) -> None:
        """Keep a new one."""
        values = {"id": record.id, "secret": secret, "email": record.email.lower()}
        values["digest"] = digest(secret.get_secret_value())
        with self._engine.begin() as connection:
            connection.execute(
                insert(self._table).values(
                    **values, created_at=record.created_at, **_changing(record)
                )
            )

    def of_secret(self, secret: str) -> SignupRecord | None:
        """The one whose link it is; None: nobody's."""
        wanted = select(self._table.c.body).where(self._table.c.digest == digest(secret))
        with self._reader.connect() as connection:
            body = connection.scalar(wanted)
        return SignupRecord.model_validate_json(body) if body else None

    def secret_of(self, signup: str) -> SecretStr:
        """The secret of its link, to be written to its owner."""
        wanted = select(self._table.c.secret).where(self._table.c.id == signup)
        with self._reader.connect() as connection:
            found: SecretStr = connection.execute(wanted).scalar_one()
        return found

    def get(self, signup: str) -> SignupRecord:
        """Raises:
        NotFoundError: there is none.
        """
        wanted = select(self._table.c.body).where(self._table.c.id == signup)
        with self._reader.connect() as connection:
            body = connection.scalar(wanted)
        if body is None:
            raise NotFoundError(
                "There is no such sign-up", "", "See them all on the page Sign-ups."
            )
        return SignupRecord.model_validate_json(body)

    def all(self) -> tuple[SignupRecord, ...]:
        """Every one, the newest first."""
        return self.since(0.0)

    def since(self, moment: float) -> tuple[SignupRecord, ...]:
        """Those that were begun after a moment, the newest first."""
        table = self._table
        wanted = select(table.c.body).where(table.c.created_at >= moment)
        with self._reader.connect() as connection:
            bodies = connection.scalars(wanted.order_by(table.c.created_at.desc()))
            return tuple(map(SignupRecord.model_validate_json, bodies))

    def count_since(self, email: str, moment: float) -> int:
        """How many were begun with an address since a moment."""
        table = self._table
        wanted = select(func.count()).select_from(table)
        wanted = wanted.where(table.c.email == email.lower(), table.c.created_at >= moment)
        with self._reader.connect() as connection:
            return connection.scalar(wanted) or 0

    def owner_of(self, slug: str) -> SignupRecord | None:
        """The sign-up that has a name."""
        wanted = select(self._table.c.body).where(self._table.c.slug == slug)
        with self._reader.connect() as connection:
            body = connection.scalar(wanted)
        return SignupRecord.model_validate_json(body) if body else None

    def change(self, old: SignupRecord, **changes: object) -> SignupRecord:
        """Change one; what it is now.

        Raises:
            LockedError: somebody changed it since it was read.
            NotAllowedError: another sign-up has that name.
        """
        values = {**old.model_dump(), **changes, "version": old.version + 1}
        new = SignupRecord.model_validate(values)
        table = self._table
        mine = (table.c.id == old.id) & (table.c.version == old.version)
        try:
            with self._engine.begin() as connection:
                done = connection.execute(update(table).where(mine).values(**_changing(new)))
        except IntegrityError:
            raise NotAllowedError(
                f"The name {new.slug} is taken", "", "Choose another one."
            ) from None
        if not done.rowcount:
            raise LockedError("The sign-up was changed meanwhile", "", "Open the page again.")
        return new

    def change_anyway(self, old: SignupRecord, **changes: object) -> SignupRecord:
        """The same, though it was noted meanwhile that a mail went out: nobody has to click twice for that.

        Raises:
            LockedError: something else was changed since it was read.
            NotAllowedError: another sign-up has that name.
        """
        while True:
            try:
                return self.change(old, **changes)
            except LockedError:
                now = self.get(old.id)
                if _but_for_mail(now) != _but_for_mail(old):
                    raise
                old = now


def _but_for_mail(record: SignupRecord) -> SignupRecord:
    return record.model_copy(update={"mailed": (), "version": 0})


def _changing(record: SignupRecord) -> dict[str, object]:
    return {
        "slug": record.slug or None,
        "state": record.state.value,
        "version": record.version,
        "body": record.model_dump_json(),
    }
