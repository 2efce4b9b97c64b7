"""Row-level security: a tenant's rows are out of reach, also for code that forgets a WHERE."""

# ruff: noqa: S608 - statements of the tests themselves

from collections.abc import Iterator

import pytest

from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack

OTHER = "00000000-0000-4000-8000-000000000002"
TABLES = (
    *("users", "visits", "events", "event_receipts", "sessions", "password_links", "drops"),
    *("leads", "lead_visitors", "notices", "documents", "passages", "conversations", "turns"),
    *("intake", "sites", "site_pages", "messages", "calls", "model_spend"),
)


@pytest.fixture
def neighbour(stack: RuntimeStack) -> Iterator[str]:
    """Another tenant with rows in the same tables."""
    stack.sql(f"""
        SELECT ensure_event_partition(current_date);
        INSERT INTO tenants VALUES ('{OTHER}', '{"f" * 24}', 'neighbour');
        INSERT INTO users VALUES ('{OTHER}', '{OTHER}', 'canary@neighbour.test', 'x');
        INSERT INTO sessions VALUES ('{OTHER}', 'x', '{OTHER}', now() + interval '1 day');
        INSERT INTO password_links VALUES ('{OTHER}', 'x', '{OTHER}', now() + interval '1 day');
        INSERT INTO event_receipts VALUES ('{OTHER}', '{OTHER}', now());
        INSERT INTO visits VALUES ('{OTHER}', '{OTHER}', 'v', now(), now(), 1, 'u', 't', 'r');
        INSERT INTO events VALUES
          ('{OTHER}', '{OTHER}', now(), now(), 'page', '{OTHER}', 'v', 'u', 't', 'r');
        INSERT INTO drops VALUES ('{OTHER}', current_date, 'robot', 1);
        INSERT INTO leads (tenant_id, id, email, first_seen_at, last_seen_at)
          VALUES ('{OTHER}', '{OTHER}', 'canary@neighbour.test', now(), now());
        INSERT INTO lead_visitors VALUES ('{OTHER}', 'v', '{OTHER}');
        INSERT INTO notices (tenant_id, lead_id, kind, channel)
          VALUES ('{OTHER}', '{OTHER}', 'hot', 'mail');
        INSERT INTO documents (tenant_id, id, title, source, content_hash)
          VALUES ('{OTHER}', '{OTHER}', 't', 's', 'h');
        INSERT INTO passages (tenant_id, document_id, number, heading, text)
          VALUES ('{OTHER}', '{OTHER}', 1, 'h', 'canary');
        INSERT INTO conversations (tenant_id, id, visitor, page_url)
          VALUES ('{OTHER}', '{OTHER}', 'v', 'u');
        INSERT INTO turns (tenant_id, conversation_id, question, answer, citations, answered)
          VALUES ('{OTHER}', '{OTHER}', 'q', 'a', '[]', true);
        INSERT INTO intake (tenant_id, source, name, content) VALUES ('{OTHER}', 's', 'n', 'canary');
        INSERT INTO sites (tenant_id, id, url, most_pages) VALUES ('{OTHER}', '{OTHER}', 'u', 1);
        INSERT INTO site_pages (tenant_id, site_id, url) VALUES ('{OTHER}', '{OTHER}', 'u');
        INSERT INTO messages (tenant_id, conversation_id, author, text)
          VALUES ('{OTHER}', '{OTHER}', 'person', 'canary');
        INSERT INTO calls (tenant_id, conversation_id, channel) VALUES ('{OTHER}', '{OTHER}', 'mail');
        INSERT INTO model_spend (tenant_id, day, model) VALUES ('{OTHER}', current_date, 'm');
    """)
    yield OTHER
    deletions = "".join(
        f"DELETE FROM {table} WHERE tenant_id = '{OTHER}';" for table in reversed(TABLES)
    )
    stack.sql(deletions + f"DELETE FROM tenants WHERE id = '{OTHER}'")


def as_acme(statement: str) -> str:
    return (
        f"BEGIN; SELECT set_config('app.tenant', tenant_of('{CLIENT_ID}')::text, true) \\g /dev/null"
        f"\n{statement}; ROLLBACK;"
    )


@pytest.mark.parametrize("table", TABLES)
def test_forgotten_where_shows_no_neighbour(
    stack: RuntimeStack, neighbour: str, table: str
) -> None:
    done = stack.sql_as_app(
        as_acme(f"SELECT count(*) FROM {table} WHERE tenant_id = '{neighbour}'")
    )
    assert done.stdout.strip() == "0", done.stderr
    assert stack.sql(f"SELECT count(*) FROM {table} WHERE tenant_id = '{neighbour}'") == "1"


@pytest.mark.parametrize("table", ["tenants", *TABLES])
def test_without_a_tenant_nothing_is_seen(stack: RuntimeStack, neighbour: str, table: str) -> None:
    done = stack.sql_as_app(f"SELECT count(*) FROM {table}")
    assert done.stdout.strip() == "0", done.stderr


@pytest.mark.parametrize("table", TABLES)
def test_neighbour_cannot_be_written(stack: RuntimeStack, neighbour: str, table: str) -> None:
    deleted = stack.sql_as_app(as_acme(f"DELETE FROM {table}"))
    assert deleted.returncode == 0, deleted.stderr
    assert stack.sql(f"SELECT count(*) FROM {table} WHERE tenant_id = '{neighbour}'") == "1"


def test_row_cannot_be_given_to_a_neighbour(stack: RuntimeStack, neighbour: str) -> None:
    insert = f"INSERT INTO event_receipts VALUES ('{neighbour}', gen_random_uuid(), now())"
    done = stack.sql_as_app(as_acme(insert))
    assert "violates row-level security policy" in done.stderr


def test_partition_is_no_way_around(stack: RuntimeStack, neighbour: str) -> None:
    partition = stack.sql("SELECT inhrelid::regclass FROM pg_inherits LIMIT 1 OFFSET 0")
    assert partition
    done = stack.sql_as_app(as_acme(f"SELECT count(*) FROM {partition.splitlines()[0]}"))
    assert "permission denied" in done.stderr


def test_every_table_is_forced(stack: RuntimeStack, neighbour: str) -> None:
    """Also those that a later migration or a new month will add: the catalogue is asked."""
    unprotected = stack.sql("""
        SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity)
    """)
    assert unprotected == ""


def test_role_of_the_application_is_small(stack: RuntimeStack) -> None:
    role = stack.sql("""
        SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles
        WHERE rolname = 'leadengine_app'
    """)
    assert role == "f|f|f|f"
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'leadengine_app'::regrole"
    assert stack.sql(owned) == "0"
