"""Everything that is kept of one person in the database: found, handed out, erased.

What is a person's is known by the names of columns: a table that is made later is looked at like the others.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from leadengine.database import Connection
from leadengine.insight import store as insight
from leadengine.privacy.mentions import is_address, pattern_of

# What is the client's own and not a person's data: it is looked at, and left to the client.
_OF_THE_CLIENT = frozenset(
    [
        *("users", "sessions", "password_links", "recovery_codes", "preferences", "tenants"),
        *("scoring_models", "webhooks", "erasures", "retention_runs", "usage_days", "drops"),
        *("event_receipts", "hosted_clients", "standings", "embedding_keys"),
        # Made from the others: an erasure lets go of all of it.
        "packed_days",
    ]
)
_TABLES = """
SELECT c.relname, array_agg(b.attname::text) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
JOIN pg_attribute b ON b.attrelid = c.oid AND b.attnum > 0 AND NOT b.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'DELETE') GROUP BY 1 ORDER BY 1
"""
_VISITORS = """
SELECT b.visitor FROM lead_visitors b JOIN leads l ON l.tenant_id = b.tenant_id AND l.id = b.lead_id
WHERE lower(l.email) = %(email)s
UNION SELECT visitor FROM events
WHERE type = 'identify' AND visitor <> '' AND lower(properties->>'email') = %(email)s
UNION SELECT visitor FROM conversations WHERE visitor <> '' AND lower(email) = %(email)s
"""
_LEADS = "SELECT id FROM leads WHERE lower(email) = %(email)s ORDER BY 1"
_TALKS = """
SELECT id FROM conversations WHERE lower(email) = %(email)s OR visitor = ANY(%(visitors)s) ORDER BY 1
"""
_BELONGS = {
    "visitor": "t.visitor = ANY(%(visitors)s)",
    "lead_id": "t.lead_id = ANY(%(leads)s)",
    "conversation_id": "t.conversation_id = ANY(%(conversations)s)",
    # What is in a file as it was uploaded.
    "content": "lower(encode(t.content, 'escape')) ~ %(pattern)s",
}
"""A column by which rows belong to a person, and how."""
_TALK = "t.id = ANY(%(conversations)s)"
# Most rows are passed over by the cheaper question.
_MENTIONED = "strpos(lower(t::text), %(local)s) > 0 AND lower(t::text) ~ %(pattern)s"
_LAST = ("conversations", "documents", "leads")

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Person:
    """Somebody by address of mail, with the browsers, leads and conversations known to be theirs."""

    email: str
    visitors: tuple[str, ...] = ()
    leads: tuple[UUID, ...] = ()
    conversations: tuple[UUID, ...] = ()


async def find(connection: Connection, email: str) -> Person:
    """Who is meant; somebody of whom nothing is known is a person, too.

    Raises:
        ValueError: this is no address of mail.
    """
    if not is_address(email):
        raise ValueError("this is no address of mail")
    values: dict[str, object] = {"email": email.strip().lower()}

    async def column(query: str) -> list[object]:
        cursor = await connection.execute(query.encode(), values)
        return [row[0] for row in await cursor.fetchall()]

    values["visitors"] = visitors = sorted(map(str, await column(_VISITORS)))
    leads = [UUID(str(one)) for one in await column(_LEADS)]
    talks = [UUID(str(one)) for one in await column(_TALKS)]
    return Person(str(values["email"]), tuple(visitors), tuple(leads), tuple(talks))


async def export(connection: Connection, person: Person) -> dict[str, Rows]:
    """Everything that is kept of a person, by table; the tenant's own id is left out."""
    found: dict[str, Rows] = {}
    for table, condition in (await _conditions(connection)).items():
        query = sql.SQL("SELECT * FROM {} AS t WHERE {}").format(sql.Identifier(table), condition)
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, _values(person))
            rows = await cursor.fetchall()
        if rows:
            found[table] = [{k: v for k, v in row.items() if k != "tenant_id"} for row in rows]
    return found


async def erase(connection: Connection, person: Person) -> dict[str, int]:
    """Delete everything that is kept of a person; returns how much that was, by table."""
    deleted: dict[str, int] = {}
    await insight.forget_all(connection)
    conditions = await _conditions(connection)
    # What hangs on others is counted before it would go with them.
    for table in sorted(conditions, key=lambda name: (name in _LAST, name)):
        query = sql.SQL("DELETE FROM {} AS t WHERE {}").format(
            sql.Identifier(table), conditions[table]
        )
        cursor = await connection.execute(query, _values(person))
        if cursor.rowcount:
            deleted[table] = cursor.rowcount
    return deleted


async def remains(connection: Connection, person: Person) -> dict[str, int]:
    """Rows of any table that still name the person, in whatever column; the client's own included."""
    found: dict[str, int] = {}
    for table, columns in (await _tables(connection)).items():
        query = sql.SQL("SELECT count(*) FROM {} AS t WHERE {}").format(
            sql.Identifier(table), _any_of(table, columns)
        )
        counted = await (await connection.execute(query, _values(person))).fetchone()
        if counted and counted[0]:
            found[table] = counted[0]
    return found


async def _tables(connection: Connection) -> dict[str, list[str]]:
    """Every table of a tenant with its columns, also those of features made later."""
    cursor = await connection.execute(_TABLES)
    return dict(await cursor.fetchall())


async def _conditions(connection: Connection) -> dict[str, sql.Composable]:
    """Where a person's rows are, by table that is not the client's own."""
    return {
        table: _any_of(table, columns)
        for table, columns in (await _tables(connection)).items()
        if table not in _OF_THE_CLIENT
    }


def _any_of(table: str, columns: list[str]) -> sql.Composable:
    belongs = [_BELONGS[name] for name in columns if name in _BELONGS]
    if table == "conversations":
        belongs.append(_TALK)
    return sql.SQL(" OR ").join(sql.SQL(one) for one in (*belongs, f"({_MENTIONED})"))


def _values(person: Person) -> dict[str, object]:
    return {
        "email": person.email,
        "local": person.email.rpartition("@")[0],
        "pattern": pattern_of(person.email),
        "visitors": list(person.visitors),
        "leads": list(person.leads),
        "conversations": list(person.conversations),
    }
