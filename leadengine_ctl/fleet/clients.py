"""The clients and the configuration of their stacks."""

import json
from collections.abc import Callable, Mapping

from pydantic import SecretStr
from sqlalchemy import Engine, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadengine_agent.protocol import SecretName, StackSpec
from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.records import ClientRecord


class Clients:
    def __init__(self, engine: Engine, table: Table, now: Callable[[], str]) -> None:
        self._engine = engine
        self._table = table
        self._now = now

    def all(self) -> tuple[ClientRecord, ...]:
        """Every client, by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(self._table).order_by(self._table.c.slug))
            return tuple(_record(row) for row in rows)

    def names(self) -> tuple[str, ...]:
        with self._engine.connect() as connection:
            slug = self._table.c.slug
            return tuple(connection.scalars(select(slug).order_by(slug)))

    def releases_on(self, host: str) -> tuple[str, ...]:
        """Every release that a stack of this host runs."""
        release = self._table.c.release
        wanted = select(release).where(self._table.c.host == host, release.is_not(None))
        with self._engine.connect() as connection:
            return tuple(connection.scalars(wanted.distinct()))

    def on(self, host: str) -> tuple[ClientRecord, ...]:
        """Every client whose stack is on this host."""
        wanted = select(self._table).where(self._table.c.host == host).order_by(self._table.c.slug)
        with self._engine.connect() as connection:
            return tuple(_record(row) for row in connection.execute(wanted))

    def find(self, slug: str) -> ClientRecord | None:
        return self._first(self._table.c.slug == slug)

    def find_domain(self, domain: str) -> ClientRecord | None:
        """Whose stack is served below this name, or under it: a hosted one has two names of its own."""
        own = self._first(self._table.c.domain == domain)
        if own:
            return own
        above = self._first(self._table.c.domain == domain.partition(".")[2])
        return above if above and domain in above.spec.names else None

    def get(self, slug: str) -> ClientRecord:
        """The client called `slug`.

        Raises:
            NotFoundError: there is none.
        """
        record = self.find(slug)
        if record is None:
            raise NotFoundError(
                f"There is no client called '{slug}'",
                "It was never deployed from this store, or it was destroyed.",
                "See 'lectl status' for the clients there are.",
            )
        return record

    def save(self, record: ClientRecord) -> None:
        """Insert or replace a client; release, policy, configuration and time of creation stay.

        Raises:
            NotAllowedError: another client took the name or the domain at the same moment.
        """
        values = _values(record)
        try:
            with self._engine.begin() as connection:
                mine = self._table.c.slug == record.slug
                if connection.execute(update(self._table).where(mine).values(values)).rowcount:
                    return
                values["created_at"] = self._now()
                connection.execute(insert(self._table).values(values))
        except IntegrityError:
            raise NotAllowedError(
                f"{record.slug} cannot be registered with the domain {record.spec.domain}",
                "Another client got that name or domain at this very moment.",
                "See 'lectl status', then choose another name or domain.",
            ) from None

    def mark_live(self, slug: str, release: str) -> None:
        """Note which release the client's stack runs."""
        self._change(slug, {"release": release})

    def keep_spec(self, spec: StackSpec, config: dict[str, str]) -> None:
        """Note what the stack is configured as, and what of it was set for this client alone."""
        self._change(spec.client, {**_spec_values(spec), "config": json.dumps(config)})

    def keep_policy(self, slug: str, policy: Mapping[str, str | None]) -> None:
        """Note how rollouts are to treat the client: its `channel`, `window` and `hold`."""
        self._change(slug, policy)

    def _change(self, slug: str, values: Mapping[str, object]) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(self._table).where(self._table.c.slug == slug).values(dict(values))
            )

    def remove(self, slug: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.slug == slug))

    def _first(self, condition: object) -> ClientRecord | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(self._table).where(condition)).first()  # type: ignore[arg-type]
            return _record(row) if row else None


def _values(record: ClientRecord) -> dict[str, object]:
    return {
        **_spec_values(record.spec),
        "host": record.host,
        "secrets": _pack(record.secrets),
    }


def _spec_values(spec: StackSpec) -> dict[str, object]:
    return {
        "slug": spec.client,
        "client_id": spec.client_id,
        "domain": spec.domain,
        "email": spec.email,
        "plan": spec.plan,
        "spec": spec.model_dump_json(),
    }


def _pack(secrets: dict[SecretName, SecretStr]) -> SecretStr | None:
    if not secrets:
        return None
    return SecretStr(json.dumps({name: one.get_secret_value() for name, one in secrets.items()}))


def _unpack(packed: SecretStr | None) -> dict[SecretName, SecretStr]:
    values = json.loads(packed.get_secret_value()) if packed else {}
    return {SecretName(name): SecretStr(value) for name, value in values.items()}


def _record(row: Row[tuple[object, ...]]) -> ClientRecord:
    return ClientRecord(
        spec=StackSpec.model_validate_json(row.spec),
        host=row.host,
        release=row.release,
        secrets=_unpack(row.secrets),
        channel=row.channel,
        window=row.window,
        hold=row.hold,
        config=json.loads(row.config),
        created_at=row.created_at,
    )
