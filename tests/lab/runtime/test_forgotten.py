"""A person is found by the schema's own list of tables and columns, so that no new table is overlooked."""

# ruff: noqa: S608 - statements of the tests themselves

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.lab.runtime.filled import in_columns_called, in_every_column, tables_with
from tests.lab.runtime.stack import RuntimeStack

WHO = "walked.person@buyer.test"
NEIGHBOUR = f"x{WHO}"
VISITOR = "browser-of-the-walked"
GUEST = "browser-that-left-an-address-in-a-conversation"
OF_THE_CLIENT = frozenset(
    [
        *("users", "sessions", "password_links", "recovery_codes", "preferences", "webhooks"),
        *("scoring_models", "erasures", "retention_runs", "usage_days", "drops", "event_receipts"),
        *("hosted_clients", "standings", "embedding_keys"),
    ]
)
"""The client's people, settings and numbers: what is said of a person there is shown, and left."""
COMPUTED = {"passages": 1}
"""Rows with bytes that are numbers in truth: vectors."""


@pytest.fixture
def tenant(stack: RuntimeStack) -> Iterator[str]:
    """Who has nothing in any table but the people who sign in, before the walk and after it."""
    tables = [name for name in tables_with(stack, WHO) if name not in {"users", "preferences"}]
    stack.sql(f"TRUNCATE {', '.join(tables)} CASCADE")
    for key in answers(stack):
        stack.redis_cli("del", key)
    yield stack.sql("SELECT id FROM tenants WHERE name = 'acme'")
    forget_rows_of_nobody(stack)


def answers(stack: RuntimeStack) -> list[str]:
    """Names of the answers that are kept for those who ask for them again."""
    return stack.redis_cli("--scan", "--pattern", "le:answer:*").split()


def be_everywhere(stack: RuntimeStack, tenant: str) -> dict[str, str]:
    """The person and the neighbour in each column of each table, and rows that are theirs by an id alone."""
    theirs = {"lead_id": str(uuid4()), "conversation_id": str(uuid4())}
    stack.sql(f"""
        INSERT INTO leads (tenant_id, id, email, first_seen_at, last_seen_at)
          VALUES ('{tenant}', '{theirs["lead_id"]}', '{WHO.title()}', now(), now());
        INSERT INTO lead_visitors VALUES ('{tenant}', '{VISITOR}', '{theirs["lead_id"]}');
        INSERT INTO conversations (tenant_id, id, visitor, page_url, email)
          VALUES ('{tenant}', '{theirs["conversation_id"]}', '{GUEST}', 'u', '{WHO}');
    """)
    in_every_column(stack, tenant, WHO)
    in_every_column(stack, tenant, NEIGHBOUR)
    for column, value in (*theirs.items(), ("visitor", VISITOR), ("visitor", GUEST)):
        in_columns_called(stack, tenant, column, value)
    for number, who in enumerate((WHO, NEIGHBOUR), 1):
        stack.redis_cli("rpush", f"le:answer:{number}", json.dumps({"text": f"You are {who}."}))
    talk = theirs["conversation_id"]
    stack.redis_cli("hset", "le:of-tomorrow", "field", f"conversation {talk}")
    return theirs


def test_no_column_of_any_table_keeps_a_person(stack: RuntimeStack, tenant: str) -> None:
    theirs = be_everywhere(stack, tenant)
    before = tables_with(stack, NEIGHBOUR)
    assert {name for name, rows in tables_with(stack, WHO).items() if rows} >= {
        *(
            "messages",
            "calls",
            "conversations",
            "turns",
            "intake",
            "complaints",
            "events",
            "visits",
        ),
        *("users", "preferences"),
    }
    exported = json.loads(stack.admin("person", "export", WHO).stdout)
    assert {*theirs.values()} <= {
        str(row.get(column)) for rows in exported.values() for row in rows for column in theirs
    }
    assert not OF_THE_CLIENT & exported.keys()
    erased = stack.admin("person", "erase", WHO)
    assert erased.returncode == 0, erased.stderr
    assert json.loads(erased.stdout)["remaining"].keys() <= OF_THE_CLIENT

    neighbours = tables_with(stack, NEIGHBOUR)
    assert neighbours == before, "somebody whose address ends the same way"
    left = {name: rows - neighbours[name] for name, rows in tables_with(stack, WHO).items()}
    assert {
        name: rows for name, rows in left.items() if rows and name not in OF_THE_CLIENT
    } == COMPUTED
    for value in (*theirs.values(), VISITOR, GUEST):
        assert not any(tables_with(stack, value).values()), value
    assert answers(stack) == ["le:answer:2"]
    assert stack.redis_cli("exists", "le:of-tomorrow") == "0"


def forget_rows_of_nobody(stack: RuntimeStack) -> None:
    """What the walk left would be strange to the tests after it, above all when it failed."""
    stack.redis_cli("del", "le:answer:1", "le:answer:2", "le:of-tomorrow")
    tables = [name for name in tables_with(stack, WHO) if name != "users"]
    stack.sql(
        f"TRUNCATE {', '.join(tables)} CASCADE; DELETE FROM users WHERE email LIKE 'filler %'"
    )
    stack.sql(f"DELETE FROM users WHERE email LIKE '%{WHO}'")


@pytest.mark.parametrize("words", ["", "@", "nobody", "two words@x.test"])
def test_what_is_no_address_erases_nothing(stack: RuntimeStack, words: str) -> None:
    """An empty address would be found in every row."""
    done = stack.admin("person", "erase", words)
    assert done.returncode == 1
    assert "no address of mail" in done.stderr
    assert stack.sql("SELECT count(*) > 0 FROM users") == "t"
