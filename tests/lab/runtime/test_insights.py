"""The page of numbers, asked of a real database."""

# ruff: noqa: S608 - statements of the tests themselves

from datetime import UTC, datetime, timedelta

import httpx

from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in

VISITS = {
    "all the way": ("/", "/pricing/plans", "+Lead Submitted"),
    "half": ("/", "/blog", "/pricing"),
    "wrong order": ("/pricing", "/"),
    "only a neighbour of the path": ("/", "/pricing-old"),
    "no start": ("/blog",),
}


def tell(stack: RuntimeStack) -> None:
    """Write the visits down, an hour ago, a minute between steps."""
    stack.sql(
        "TRUNCATE visits, events, event_receipts; SELECT ensure_event_partition(current_date)"
    )
    start = datetime.now(UTC) - timedelta(hours=1)
    rows = []
    for number, steps in enumerate(VISITS.values(), 1):
        for minute, step in enumerate(steps):
            at = (start + timedelta(minutes=minute)).isoformat()
            kind, name = ("track", step[1:]) if step[0] == "+" else ("page", "")
            url = f"https://shop.test{'/contact' if name else step}?utm=x"
            visit = f"00000000-0000-4000-8000-{number:012}"
            rows.append(
                f"((SELECT id FROM tenants WHERE name = 'acme'), gen_random_uuid(), '{at}', '{at}',"
                f" '{kind}', '{visit}', 'v{number}', '{url}', '', '', '{name}')"
            )
    columns = "tenant_id, message_id, occurred_at, received_at, type, visit_id, visitor, url"
    stack.sql(f"INSERT INTO events ({columns}, title, referrer, name) VALUES {','.join(rows)}")


def test_funnel_counts_visits_that_took_the_steps_in_order(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    tell(stack)
    sign_in(client)
    text = client.get("/insights", params={"steps": "/\n/pricing\nLead Submitted"}).text
    assert "4 visits, 100 %" in text
    assert "2 visits, 50 %; 50 % of the step before" in text
    assert "1 visit, 25 %; 50 % of the step before" in text
    assert '<td data-name="Name" class="name">/pricing-old</td>' in text
    assert "Lead Submitted</td>" in text


def test_odd_steps_are_only_text(stack: RuntimeStack, client: httpx.Client) -> None:
    sign_in(client)
    odd = "%\n_\n'; DROP TABLE events; --\n<script>\n\\\n/" + "a" * 5000
    answer = client.get("/insights", params={"steps": odd, "period": "nonsense"})
    assert answer.status_code == 200
    assert "&lt;script&gt;" in answer.text
    assert client.get("/insights").status_code == 200
