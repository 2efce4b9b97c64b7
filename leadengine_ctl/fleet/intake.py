"""Take many requests of agents into the store at once: one transaction, each report once.

What costs in a database is the transaction, not the row: with one for each report, ten thousand agents
would keep a disk busy.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from leadengine_agent.reports import Report
from leadengine_ctl.fleet.agent_records import Received, Verdict
from leadengine_ctl.fleet.agent_tables import AgentTables
from leadengine_ctl.fleet.audit import Audit
from leadengine_ctl.fleet.panel_records import AuditLine

INTERVAL = 30.0
"""Seconds between two reports of an agent, unless its panel says otherwise."""

SPAN = 900
"""Seconds that one row of the health history stands for, while it is young."""

_GRACE = 120.0
"""Seconds after a rotation in which a request that was signed before it is still good."""


class Intake:
    def __init__(self, engine: Engine, tables: AgentTables, clients: Table, audit: Audit) -> None:
        self._engine = engine
        self._audit = audit
        self._statements: dict[str, Any] = {}
        self._tables = tables
        self._clients = clients
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def take(
        self, requests: Sequence[Received], now: float, interval: float = INTERVAL
    ) -> tuple[Verdict, ...]:
        """Judge each request by what the store knows of its sender; keep what the good ones brought.

        Args:
            interval: seconds between two reports of an agent, as it was told.
        """
        with self._engine.begin() as connection:
            verdicts = self._judge(connection, requests, now)
            good = (
                request
                for request, verdict in zip(requests, verdicts, strict=True)
                if verdict is Verdict.TAKEN and request.report
            )
            # In one order for all: two panels that take the same rows must not wait for each other.
            self._keep(connection, sorted(good, key=lambda request: request.host), now, interval)
        return verdicts

    def _judge(
        self, connection: Connection, requests: Sequence[Received], now: float
    ) -> tuple[Verdict, ...]:
        table = self._tables.agents
        hosts = {request.host for request in requests}
        found = connection.execute(select(table).where(table.c.host.in_(hosts)))
        agents = {row.host: row for row in found}
        fresh = self._spend(connection, requests)
        return tuple(
            _verdict(request, agents.get(request.host), fresh, now) for request in requests
        )

    def _spend(self, connection: Connection, requests: Sequence[Received]) -> set[str]:
        """Note the assertions; those that were not noted before, and stand here for the first time."""
        table = self._tables.assertions
        rows = {each.assertion: each.expires_at for each in requests}
        values = [{"id": key, "expires_at": rows[key]} for key in sorted(rows)]
        new = self._insert(table).on_conflict_do_nothing().returning(table.c.id)
        # As many rows to one statement of one shape: one with all values in it is worked out anew each time.
        return set(connection.scalars(new, values))

    def _keep(
        self, connection: Connection, requests: Sequence[Received], now: float, interval: float
    ) -> None:
        tables = self._tables
        self._upsert_heartbeats(connection, list(_heartbeats(requests, now, interval)))
        self._replace(connection, tables.health, ("host", "span", "at"), list(_pieces(requests)))
        hosts = self._hosts_of_clients(connection, requests)
        self._add_events(connection, list(_events(requests, hosts, now)))
        self._replace(connection, tables.usage, ("client", "day"), list(_usage(requests, hosts)))

    def _add_events(self, connection: Connection, events: list[dict[str, Any]]) -> None:
        """Keep those that are new, and chain them into the audit trail: what happened on a host stands
        beside what was asked for in the panel, under the name of the same person."""
        if not events:
            return
        table = self._tables.events
        new = self._insert(table).on_conflict_do_nothing()
        keys = (table.c.host, table.c.boot, table.c.seq)
        fresh = {tuple(row) for row in connection.execute(new.returning(*keys), events)}
        told = (each for each in events if (each["host"], each["boot"], each["seq"]) in fresh)
        self._audit.extend(connection, [_line(each) for each in told])

    def _hosts_of_clients(
        self, connection: Connection, requests: Sequence[Received]
    ) -> dict[str, str]:
        """Client -> host, of the clients that are spoken of: a host speaks for its own alone."""
        named: set[str] = set()
        for _, report in _reports(requests):
            named.update(event.client for event in report.events if event.client)
            named.update(usage.client for usage in report.usage)
        if not named:
            return {}
        slug, host = self._clients.c.slug, self._clients.c.host
        found = connection.execute(select(slug, host).where(slug.in_(named)))
        return {row.slug: row.host for row in found}

    def _upsert_heartbeats(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(
                self._upsert(self._tables.heartbeats, ("host",), tuple(rows[0])), rows
            )

    def _replace(
        self,
        connection: Connection,
        table: Table,
        keys: tuple[str, ...],
        rows: list[dict[str, Any]],
    ) -> None:
        if rows:
            connection.execute(self._upsert(table, keys, tuple(rows[0])), rows)

    def _upsert(self, table: Table, keys: tuple[str, ...], names: tuple[str, ...]) -> Any:
        """The statement for a table, put together once: that takes longer than to carry it out."""
        if table.name not in self._statements:
            new = self._insert(table)
            values = {name: new.excluded[name] for name in names if name not in keys}
            newer = None
            if table is self._tables.heartbeats:
                newer = or_(table.c.boot != new.excluded.boot, table.c.number < new.excluded.number)
            self._statements[table.name] = new.on_conflict_do_update(
                index_elements=list(keys), set_=values, where=newer
            )
        return self._statements[table.name]

    def sweep(self, now: float) -> None:
        """Forget the assertions that have expired: they are refused for their age from now on."""
        table = self._tables.assertions
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.expires_at < now - _GRACE))


def _verdict(request: Received, agent: Any, fresh: set[str], now: float) -> Verdict:
    if agent is None:
        return Verdict.UNKNOWN
    if agent.revoked_at is not None:
        return Verdict.LOCKED
    if request.assertion not in fresh:
        return Verdict.REPLAYED
    # A second one in the same batch is a replay, too.
    fresh.discard(request.assertion)
    just_rotated = agent.rotated_at is not None and now - agent.rotated_at < _GRACE
    if request.counter < agent.counter - just_rotated:
        return Verdict.ROTATE
    return Verdict.TAKEN


def _heartbeats(
    requests: Sequence[Received], now: float, interval: float
) -> Iterator[dict[str, Any]]:
    for host, report in _reports(requests):
        if report.heartbeat:
            yield {
                "host": host,
                "boot": report.boot,
                "number": report.number,
                "received_at": now,
                "sent_at": report.sent_at,
                "interval": interval,
                "healthy": int(report.heartbeat.healthy),
                "body": report.heartbeat.model_dump_json(),
            }


def _pieces(requests: Sequence[Received]) -> Iterator[dict[str, Any]]:
    for host, report in _reports(requests):
        for piece in report.health:
            yield {"host": host, **piece.model_dump()}


def _events(
    requests: Sequence[Received], hosts: dict[str, str], now: float
) -> Iterator[dict[str, Any]]:
    for host, report in _reports(requests):
        for event in report.events:
            is_own = hosts.get(event.client) == host
            yield {
                **event.model_dump(),
                "client": event.client if is_own else "",
                "host": host,
                "boot": report.boot,
                "received_at": now,
            }


def _line(event: dict[str, Any]) -> AuditLine:
    """An event as the trail has it; what its agent said of itself is marked by its origin."""
    host = event["host"]
    return AuditLine(
        actor=event["actor"] or f"agent of {host}",
        origin="agent",
        action=event["what"],
        subject=event["client"] or host,
        outcome=event["state"][:20],
        detail=f"on {host}: {event['detail']}" if event["detail"] else f"on {host}",
    )


def _usage(requests: Sequence[Received], hosts: dict[str, str]) -> Iterator[dict[str, Any]]:
    for host, report in _reports(requests):
        for usage in report.usage:
            if hosts.get(usage.client) == host:
                yield {"host": host, **usage.model_dump()}


def _reports(requests: Sequence[Received]) -> Iterator[tuple[str, Report]]:
    for request in requests:
        if request.report:
            yield request.host, request.report
