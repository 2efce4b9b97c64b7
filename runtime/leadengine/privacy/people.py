"""Everything that is kept of one person, wherever it is: found, handed out, erased."""

from dataclasses import dataclass

from psycopg import sql
from psycopg.rows import dict_row

from leadengine.database import Connection

# What is the client's own and not a person's data: it is looked at, and left to the client.
_OF_THE_CLIENT = frozenset(
    [
        *("users", "sessions", "password_links", "recovery_codes", "preferences", "tenants"),
        *("scoring_models", "webhooks", "erasures", "retention_runs", "usage_days", "drops"),
        "event_receipts",
    ]
)
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'DELETE') ORDER BY 1
"""
_VISITORS = """
SELECT b.visitor FROM lead_visitors b JOIN leads l ON l.tenant_id = b.tenant_id AND l.id = b.lead_id
WHERE lower(l.email) = %(email)s
UNION SELECT visitor FROM events
WHERE type = 'identify' AND visitor <> '' AND lower(properties->>'email') = %(email)s
"""
_LEADS = "lead_id IN (SELECT id FROM leads WHERE lower(email) = %(email)s)"
_TALKS = "conversation_id IN (SELECT id FROM conversations WHERE visitor = ANY(%(visitors)s))"
_CONDITIONS = {
    "turns": f"{_TALKS} OR strpos(lower(question || ' ' || answer), %(email)s) > 0",
    "conversations": "visitor = ANY(%(visitors)s)",
    "notices": _LEADS,
    "deliveries": f"{_LEADS} OR strpos(lower(payload::text), %(email)s) > 0",
    "events": "visitor = ANY(%(visitors)s) OR lower(properties->>'email') = %(email)s",
    "visits": "visitor = ANY(%(visitors)s)",
    "consents": "visitor = ANY(%(visitors)s)",
    "lead_visitors": f"{_LEADS} OR visitor = ANY(%(visitors)s)",
    "complaints": "lower(email) = %(email)s",
    "leads": "lower(email) = %(email)s",
}
"""Where a person's rows are, in an order in which they can be deleted."""

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Person:
    """Somebody by address of mail, and the browsers known to be theirs."""

    email: str
    visitors: tuple[str, ...]


async def find(connection: Connection, email: str) -> Person:
    """Who is meant; somebody of whom nothing is known is a person, too."""
    wanted = email.strip().lower()
    cursor = await connection.execute(_VISITORS, {"email": wanted})
    return Person(wanted, tuple(sorted(visitor for (visitor,) in await cursor.fetchall())))


async def export(connection: Connection, person: Person) -> dict[str, Rows]:
    """Everything that is kept of a person, by table; the tenant's own id is left out."""
    found: dict[str, Rows] = {}
    for table in await _tables(connection):
        query = sql.SQL("SELECT * FROM {} AS t WHERE {}").format(
            sql.Identifier(table), _condition(table)
        )
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, _values(person))
            rows = await cursor.fetchall()
        if rows:
            found[table] = [{k: v for k, v in row.items() if k != "tenant_id"} for row in rows]
    return found


async def erase(connection: Connection, person: Person) -> dict[str, int]:
    """Delete everything that is kept of a person; returns how much that was, by table."""
    deleted: dict[str, int] = {}
    tables = await _tables(connection)
    for table in [*_CONDITIONS, *(name for name in tables if name not in _CONDITIONS)]:
        query = sql.SQL("DELETE FROM {} AS t WHERE {}").format(
            sql.Identifier(table), _condition(table)
        )
        cursor = await connection.execute(query, _values(person))
        if cursor.rowcount:
            deleted[table] = cursor.rowcount
    return deleted


async def remains(connection: Connection, person: Person) -> dict[str, int]:
    """Rows of any table that still name the person, in whatever column; the client's own included."""
    found: dict[str, int] = {}
    cursor = await connection.execute(_TABLES)
    for (table,) in await cursor.fetchall():
        query = sql.SQL("SELECT count(*) FROM {} AS t WHERE {}").format(
            sql.Identifier(table), _mentions()
        )
        counted = await (await connection.execute(query, _values(person))).fetchone()
        if counted and counted[0]:
            found[table] = counted[0]
    return found


async def _tables(connection: Connection) -> list[str]:
    """Every table that may hold data of persons, also those of features made later."""
    cursor = await connection.execute(_TABLES)
    return [name for (name,) in await cursor.fetchall() if name not in _OF_THE_CLIENT]


def _condition(table: str) -> sql.Composable:
    known = _CONDITIONS.get(table)
    return sql.SQL("{}").format(sql.SQL(known)) if known else _mentions()


def _mentions() -> sql.Composable:
    """The address anywhere in a row: for tables that nobody told us of."""
    return sql.SQL("strpos(lower(t::text), %(email)s) > 0")


def _values(person: Person) -> dict[str, object]:
    return {"email": person.email, "visitors": list(person.visitors)}
