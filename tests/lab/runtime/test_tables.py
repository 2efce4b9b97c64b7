"""Each table of the dashboard is there to keep, for those who may see it."""

import re

import httpx
import pytest

from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in

TABLES = {
    "/visits.csv": "Began,Visitor",
    "/leads.csv": "email,name",
    "/insights.csv?kind=source": "Sources,Number",
    "/conversations.csv": "last_at,question",
    "/knowledge.csv": "added_at,title",
    "/knowledge.csv?kind=waiting": "added_at,source,state",
    "/knowledge.csv?kind=websites": "url,state",
    "/knowledge.csv?kind=unanswered": "question,times",
    "/settings/privacy/consents.csv": "at,visitor",
    "/settings/privacy/deleted.csv": "at,name",
}


@pytest.fixture
def signed_in(stack: RuntimeStack, client: httpx.Client) -> httpx.Client:
    sign_in(client)
    return client


@pytest.mark.parametrize("path", TABLES)
def test_table_is_a_file_to_keep(signed_in: httpx.Client, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert re.match(r'attachment; filename="\w+\.csv"', answer.headers["Content-Disposition"])
    assert answer.text.removeprefix("\ufeff").startswith(TABLES[path])


def test_words_of_visitors_are_no_formulas(stack: RuntimeStack, signed_in: httpx.Client) -> None:
    stack.sql("""
        INSERT INTO conversations (tenant_id, id, visitor, page_url)
          SELECT id, '00000000-0000-4000-8000-00000000c5f0', 'v', 'https://shop.test/' FROM tenants
          WHERE name = 'acme';
        INSERT INTO turns (tenant_id, conversation_id, question, answer, citations, answered)
          SELECT id, '00000000-0000-4000-8000-00000000c5f0', '=HYPERLINK("https://evil.test")', '', '[]',
            false
          FROM tenants WHERE name = 'acme';
    """)
    try:
        assert "\"'=HYPERLINK" in signed_in.get("/conversations.csv").text
        assert "\"'=HYPERLINK" in signed_in.get("/knowledge.csv?kind=unanswered").text
    finally:
        stack.sql("TRUNCATE conversations CASCADE")
