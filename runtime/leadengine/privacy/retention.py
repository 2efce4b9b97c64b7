"""Nothing is kept for longer than its class allows; each night says what it deleted.

How old a row is, the database's clock says. A worker's may be wrong, and what is deleted does not come back.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.insight import store as insight
from leadengine.tenants.choices import Retention
from leadengine.tenants.preferences import Chosen

log = logging.getLogger(__name__)

_MONTH = timedelta(days=30.44)
_AT_ONCE = 5000
_KNOWN = "EXISTS (SELECT FROM lead_visitors b WHERE b.tenant_id = {t}.tenant_id AND b.visitor = {t}.visitor)"
_EVENTS = """
DELETE FROM events WHERE (occurred_at, message_id) IN (
  SELECT occurred_at, message_id FROM events WHERE occurred_at < %(cut)s LIMIT %(most)s)
"""
_VISITS = f"""
DELETE FROM visits WHERE id IN (
  SELECT id FROM visits v WHERE last_seen_at < %(cut)s AND NOT {_KNOWN.format(t="v")} LIMIT %(most)s)
"""  # noqa: S608 - constants
_STRANGERS = f"""
UPDATE events SET visitor = '' WHERE (occurred_at, message_id) IN (
  SELECT occurred_at, message_id FROM events e
  WHERE visitor <> '' AND occurred_at < %(cut)s AND NOT {_KNOWN.format(t="e")} LIMIT %(most)s)
"""  # noqa: S608 - constants
_NETWORKS = """
UPDATE visits SET network = '' WHERE id IN (
  SELECT id FROM visits WHERE network <> '' AND started_at < %(cut)s LIMIT %(most)s)
"""
_PACKED = ("events", "anonymous visits", "visitors of events")
"""Classes of which days are packed."""
_SIMPLE = "DELETE FROM {table} WHERE {column} < %(cut)s"
# A run that lies ahead was noted by a clock that was wrong: it holds back none.
_DONE_TODAY = """
SELECT EXISTS (SELECT FROM retention_runs WHERE at >= date_trunc('day', now(), 'UTC') AND at <= now())
"""


def statements(kept: Retention) -> dict[str, tuple[timedelta, str]]:
    """By class: how long it is kept, and what deletes some of what is older."""

    def simple(table: str, column: str) -> str:
        return _SIMPLE.format(table=table, column=column)

    return {
        "events": (kept.events * _MONTH, _EVENTS),
        "anonymous visits": (kept.visits * _MONTH, _VISITS),
        "visitors of events": (kept.visits * _MONTH, _STRANGERS),
        "conversations": (kept.conversations * _MONTH, simple("conversations", "last_at")),
        "leads": (kept.leads * _MONTH, simple("leads", "last_seen_at")),
        "networks of visits": (timedelta(days=7), _NETWORKS),
        "networks": (timedelta(days=31), simple("networks", "looked_up_at")),
        "receipts of events": (timedelta(days=30), simple("event_receipts", "received_at")),
        "deliveries": (timedelta(days=90), simple("deliveries", "made_at")),
        "sessions": (timedelta(0), simple("sessions", "expires_at")),
        "one-time links": (timedelta(days=30), simple("password_links", "expires_at")),
        "consents": (kept.leads * _MONTH, simple("consents", "at")),
    }


def keep_no_longer(database: Database) -> Chore:
    """Once a day: delete what is too old, in portions that hold nobody up."""

    async def chore(tenant: UUID) -> None:
        async with database.tenant(tenant) as connection:
            cursor = await connection.execute(_DONE_TODAY)
            row = await cursor.fetchone()
            chosen = await Chosen.read(connection)
        if row and row[0]:
            return
        await delete_old(database, tenant, chosen.privacy.retention)

    return chore


async def delete_old(database: Database, tenant: UUID, kept: Retention) -> dict[str, int]:
    """Delete now, and note what was deleted; returns the numbers by class."""
    now = await _now(database, tenant)
    deleted: dict[str, int] = {}
    for name, (age, statement) in statements(kept).items():
        cut = now - age
        deleted[name] = await _delete(database, tenant, statement, cut)
        async with database.tenant(tenant) as connection:
            if deleted[name] and name in _PACKED:
                await insight.forget_until(connection, cut.date())
            await connection.execute(
                "INSERT INTO retention_runs (tenant_id, at, class, older_than, deleted)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (tenant, now, name, cut, deleted[name]),
            )
    log.info("too old: %s", ", ".join(f"{n} {name}" for name, n in deleted.items() if n) or "none")
    return deleted


async def _now(database: Database, tenant: UUID) -> datetime:
    async with database.tenant(tenant) as connection:
        cursor = await connection.execute("SELECT now()")
        row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a select without a table returns one row
    moment: datetime = row[0]
    return moment


async def _delete(database: Database, tenant: UUID, statement: str, cut: datetime) -> int:
    total = 0
    while True:
        async with database.tenant(tenant) as connection:
            cursor = await connection.execute(statement.encode(), {"cut": cut, "most": _AT_ONCE})
        total += cursor.rowcount
        if "LIMIT" not in statement or cursor.rowcount < _AT_ONCE:
            return total
