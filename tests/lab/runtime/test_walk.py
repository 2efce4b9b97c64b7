"""Every route and every table, walked by a client with a neighbour's ids: nothing is seen or changed."""

# ruff: noqa: S608 - statements of the tests themselves

import re
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import SecretStr

from leadengine.api import create_app
from leadengine.services import build
from leadengine.settings import Settings
from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in

NEIGHBOUR = "00000000-0000-4000-8000-0000000000aa"
CANARY = "canary-neighbour"
FIELDS = ("owner", "document", "user", "wanted", "conversation", "lead", "webhook", "complaint")
COLUMNS = """
SELECT c.table_name, string_agg(c.column_name || ':' || c.udt_name, ',' ORDER BY c.ordinal_position)
FROM information_schema.columns c
JOIN pg_class k ON k.oid = ('public.' || quote_ident(c.table_name))::regclass AND NOT k.relispartition
WHERE c.table_schema = 'public' AND c.is_generated = 'NEVER' AND c.is_identity = 'NO'
GROUP BY 1 HAVING bool_or(c.column_name = 'tenant_id')
"""
VALUES = {
    "uuid": f"'{NEIGHBOUR}'",
    "text": f"'{CANARY}'",
    "timestamptz": "now()",
    "date": "current_date",
    "time": "now()",
    "jsonb": f"""'{{"email": "{CANARY}"}}'""",
    "bool": "true",
    "int4": "1",
    "int8": "1",
    "float8": "1",
    "bytea": f"'{CANARY}'",
    "_text": f"ARRAY['{CANARY}']",
    "inet": "'192.0.2.1'",
}
"""One value for each type; a table with another one has to be given one here."""


def tables(stack: RuntimeStack) -> dict[str, list[tuple[str, str]]]:
    """Every table with a tenant, also those that later migrations will add, and its columns."""
    rows = (line.split("|") for line in stack.sql(COLUMNS).splitlines())
    return {
        name: [(column.split(":")[0], column.split(":")[1]) for column in listed.split(",")]
        for name, listed in rows
    }


@pytest.fixture(scope="module")
def neighbour(stack: RuntimeStack) -> Iterator[dict[str, list[tuple[str, str]]]]:
    """Another tenant with a row in each table; all of its ids are the same one."""
    found = tables(stack)
    inserts = "".join(
        f"INSERT INTO {name} ({', '.join(column for column, _ in columns)})"
        f" VALUES ({', '.join(VALUES[kind] for _, kind in columns)});"
        for name, columns in found.items()
    )
    # Order and foreign keys are beside the point: replication checks neither.
    stack.sql(f"""
        SELECT ensure_event_partition(current_date);
        SET session_replication_role = replica;
        INSERT INTO tenants (id, client_id, name) VALUES ('{NEIGHBOUR}', '{"e" * 24}', '{CANARY}');
        {inserts}
    """)
    yield found
    deletes = "".join(f"DELETE FROM {name} WHERE tenant_id = '{NEIGHBOUR}';" for name in found)
    stack.sql(
        f"SET session_replication_role = replica; {deletes}"
        f"DELETE FROM tenants WHERE id = '{NEIGHBOUR}'"
    )


def routes() -> list[tuple[str, str]]:
    """Each method and path of the application, the ids in it being the neighbour's."""
    settings = Settings(
        database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        redis_url=SecretStr("redis://127.0.0.1:1"),
        session_secret=SecretStr("s" * 32),
        client_id=CLIENT_ID,
        client_name="acme",
        client_domain="acme.test",
    )
    found = []
    for route in _routes_of(create_app(build(settings)).routes):
        path = re.sub(r"\{\w+\}", NEIGHBOUR, route.path)
        found += [(method, path) for method in sorted(route.methods or ())]
    return found


def _routes_of(listed: object) -> Iterator[APIRoute]:
    for route in listed:  # type: ignore[attr-defined]
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(getattr(route, "original_router", None), "routes", None)
            yield from _routes_of(inner or ())


def snapshot(stack: RuntimeStack, names: list[str]) -> dict[str, str]:
    """Every row of the neighbour, as text."""
    return {
        name: stack.sql(f"SELECT t::text FROM {name} t WHERE tenant_id = '{NEIGHBOUR}'")
        for name in names
    }


def test_no_route_shows_or_changes_what_is_the_neighbours(
    stack: RuntimeStack, client: httpx.Client, neighbour: dict[str, list[tuple[str, str]]]
) -> None:
    walked = routes()
    assert len(walked) > 60
    sign_in(client)
    before = snapshot(stack, list(neighbour))
    assert all(before.values()), "a row in each table"
    form = form_of(client, "/settings/account")
    found: list[str] = []
    for method, path in walked:
        if path in ("/live", "/sign-out"):
            continue  # a stream without an end; and the end of the walk
        data = {**dict.fromkeys(FIELDS, NEIGHBOUR), "form": form, "do": "remove", "outcome": "x"}
        data |= {"email": CANARY, "again": CANARY}
        query = {"client": "e" * 24, "owner": NEIGHBOUR, "company": CANARY, "page": CANARY}
        body = data if method == "POST" else None
        answer = client.request(method, path, params=query, data=body)
        # What was asked for stands in the address of the page and in the field it was typed into.
        shown = answer.text.replace(f"{CANARY}&", "").replace(f'value="{CANARY}"', "")
        shown = shown.replace(f'"person": "{CANARY}"', "")
        shown = re.sub(
            rf"[=:>;] ?{CANARY}", "", re.sub(r"<span class=.faint.>\w+:</span> \S+", "", shown)
        )
        if CANARY in shown or (NEIGHBOUR in path and answer.status_code == 200):
            found.append(f"{method} {path}: {answer.status_code}")
        assert answer.status_code < 500, f"{method} {path}"
    assert found == []
    assert snapshot(stack, list(neighbour)) == before


def test_no_table_shows_the_neighbour_to_code_that_forgets_a_where(
    stack: RuntimeStack, neighbour: dict[str, list[tuple[str, str]]]
) -> None:
    """N = each table: read, changed and deleted without any WHERE at all."""
    bind = f"SELECT set_config('app.tenant', tenant_of('{CLIENT_ID}')::text, true) \\g /dev/null\n"
    before = snapshot(stack, list(neighbour))
    for name in neighbour:
        seen = stack.sql_as_app(
            f"BEGIN; {bind} SELECT count(*) FROM {name} t WHERE t::text LIKE '%{NEIGHBOUR}%'; ROLLBACK"
        )
        assert seen.stdout.strip() == "0", f"{name}: {seen.stdout} {seen.stderr}"
    wiped = "".join(f"DELETE FROM {name};" for name in neighbour)
    done = stack.sql_as_app(f"BEGIN; SET CONSTRAINTS ALL DEFERRED; {bind} {wiped} ROLLBACK")
    assert done.returncode == 0 or "foreign key" in done.stderr, done.stderr
    assert snapshot(stack, list(neighbour)) == before


def test_ids_of_the_walk_are_ids() -> None:
    assert UUID(NEIGHBOUR).version == 4
