"""Who the agents are: enrolment by a token that admits one host once, rotation, revocation."""

import hashlib
import secrets

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.agent_records import AgentRecord
from leadengine_ctl.fleet.agent_tables import AgentTables
from leadengine_ctl.fleet.database import reader

TOKEN_LIFE = 900.0
"""Seconds that an enrolment token may be used in."""

PANEL = "panel"
"""The boot of events that no host reported."""

CLONED = "The same credential was used from two places: one of them is a copy."


class Agents:
    def __init__(self, engine: Engine, tables: AgentTables) -> None:
        self._engine = engine
        self._reader = reader(engine)
        self._tables = tables

    def issue_token(self, host: str, actor: str, now: float) -> str:
        """A new enrolment token for one host; earlier ones of the host are void. Kept as a hash."""
        token, table = secrets.token_urlsafe(32), self._tables.tokens
        values = {
            "digest": _digest(token),
            "host": host,
            "actor": actor,
            "created_at": now,
            "expires_at": now + TOKEN_LIFE,
        }
        with self._engine.begin() as connection:
            unused = (table.c.host == host) & table.c.used_at.is_(None)
            connection.execute(delete(table).where(unused | (table.c.expires_at < now - 86_400)))
            connection.execute(insert(table).values(values))
        return token

    def enrol(self, token: str, host: str, public_key: str, version: str, now: float) -> bool:
        """Take up an agent, once for each token; check and use are one transaction.

        Returns:
            False: the token is unknown, used, expired or another host's; or another host has the key.
        """
        if self._was_enrolled(token, host, public_key):
            # The same agent asks again: the answer was lost on its way.
            return True
        try:
            with self._engine.begin() as connection:
                if not self._spend_token(connection, token, host, now):
                    return False
                table = self._tables.agents
                connection.execute(delete(table).where(table.c.host == host))
                values = {
                    "host": host,
                    "public_key": public_key,
                    "counter": 1,
                    "version": version,
                    "enrolled_at": now,
                }
                connection.execute(insert(table).values(values))
                self._note(connection, host, "enrolled", "", now)
        except IntegrityError:
            return False
        return True

    def _was_enrolled(self, token: str, host: str, public_key: str) -> bool:
        agents, tokens = self._tables.agents, self._tables.tokens
        same = (agents.c.host == host) & (agents.c.public_key == public_key)
        spent = (tokens.c.digest == _digest(token)) & (tokens.c.host == host)
        with self._reader.connect() as connection:
            return bool(
                connection.scalar(
                    select(agents.c.host).where(
                        same & agents.c.revoked_at.is_(None) & (agents.c.counter == 1),
                        select(tokens.c.digest)
                        .where(spent & tokens.c.used_at.is_not(None))
                        .exists(),
                    )
                )
            )

    def _spend_token(self, connection: Connection, token: str, host: str, now: float) -> bool:
        table = self._tables.tokens
        good = (
            (table.c.digest == _digest(token))
            & (table.c.host == host)
            & table.c.used_at.is_(None)
            & (table.c.expires_at > now)
        )
        return connection.execute(update(table).where(good).values(used_at=now)).rowcount == 1

    def rotate(self, host: str, counter: int, rotation: str, now: float) -> int | None:
        """Count the agent's credential one further.

        Args:
            counter: the agent's count before.
            rotation: what it chose for this rotation: an answer that was lost may be asked for again.

        Returns:
            The new count; None: the credential was used from two places, and is locked now.
        """
        table = self._tables.agents
        with self._engine.begin() as connection:
            locking = select(table).where(table.c.host == host).with_for_update()
            row = connection.execute(locking).first()
            if row is None or row.revoked_at is not None:
                return None
            if counter == row.counter - 1 and rotation == row.rotation:
                return int(row.counter)
            mine = update(table).where(table.c.host == host)
            if counter < row.counter:
                connection.execute(mine.values(revoked_at=now, revoked_why=CLONED))
                self._note(connection, host, "locked", CLONED, now)
                return None
            # Higher than ours: the store came back from a backup.
            new = {"counter": counter + 1, "rotation": rotation, "rotated_at": now}
            connection.execute(mine.values(new))
        return counter + 1

    def revoke(self, host: str, why: str, now: float) -> None:
        """Take an agent's access, from its next request on.

        Raises:
            NotFoundError: the host has no agent.
        """
        table = self._tables.agents
        with self._engine.begin() as connection:
            change = update(table).where(table.c.host == host)
            done = connection.execute(change.values(revoked_at=now, revoked_why=why))
            self._note(connection, host, "revoked", why, now)
        if not done.rowcount:
            raise _no_agent(host)

    def _note(self, connection: Connection, host: str, what: str, detail: str, now: float) -> None:
        """Put what the panel itself did with an agent beside what the host reports."""
        table = self._tables.events
        mine = (table.c.host == host) & (table.c.boot == PANEL)
        last = connection.scalar(select(func.max(table.c.seq)).where(mine)) or 0
        row = {
            "host": host,
            "boot": PANEL,
            "seq": last + 1,
            "at": now,
            "received_at": now,
            "kind": "agent",
            "client": "",
            "what": what,
            "state": "done",
            "detail": detail,
            "actor": "panel",
        }
        connection.execute(insert(table).values(row))

    def forget(self, host: str) -> None:
        """Remove an agent and everything it reported but its events."""
        tables = self._tables
        with self._engine.begin() as connection:
            for table in (tables.agents, tables.tokens, tables.heartbeats, tables.health):
                connection.execute(delete(table).where(table.c.host == host))

    def get(self, host: str) -> AgentRecord:
        """The agent of a host.

        Raises:
            NotFoundError: it was never enrolled.
        """
        record = self.find(host)
        if record is None:
            raise _no_agent(host)
        return record

    def find(self, host: str) -> AgentRecord | None:
        with self._reader.connect() as connection:
            row = connection.execute(
                self._joined().where(self._tables.agents.c.host == host)
            ).first()
            return _record(row) if row else None

    def keys(self, most: int) -> dict[str, str]:
        """Host -> public key, of the agents with access."""
        table = self._tables.agents
        wanted = select(table.c.host, table.c.public_key).where(table.c.revoked_at.is_(None))
        with self._reader.connect() as connection:
            return {row.host: row.public_key for row in connection.execute(wanted.limit(most))}

    def all(self) -> tuple[AgentRecord, ...]:
        """Every agent, by host."""
        with self._reader.connect() as connection:
            rows = connection.execute(self._joined().order_by(self._tables.agents.c.host))
            return tuple(_record(row) for row in rows)

    def _joined(self) -> Select[tuple[object, ...]]:
        agents, heartbeats = self._tables.agents, self._tables.heartbeats
        joined = agents.outerjoin(heartbeats, agents.c.host == heartbeats.c.host)
        seen = heartbeats.c.received_at.label("last_seen")
        return select(agents, seen).select_from(joined)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(row: Row[tuple[object, ...]]) -> AgentRecord:
    values = dict(row._mapping)
    del values["rotation"]
    return AgentRecord.model_validate(values)


def _no_agent(host: str) -> NotFoundError:
    return NotFoundError(
        f"The host '{host}' has no agent that reports",
        "It was never enrolled.",
        f"Run: lectl agent enrol {host}",
    )
