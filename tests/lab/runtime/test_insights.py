"""The page of numbers, asked of a real database."""

# ruff: noqa: S608 - statements of the tests themselves

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from tests.lab.container import Container
from tests.lab.runtime.sending import body, fresh, written
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

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
                f" '{kind}', '{visit}', 'v{number}', '{url}', '', '', '{name}', '{name or step}')"
            )
    columns = "tenant_id, message_id, occurred_at, received_at, type, visit_id, visitor, url"
    stack.sql(
        f"INSERT INTO events ({columns}, title, referrer, name, subject) VALUES {','.join(rows)}"
    )


def test_funnel_counts_visits_that_took_the_steps_in_order(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    tell(stack)
    sign_in(client)
    text = client.get("/insights", params={"steps": "/\n/pricing\nLead Submitted"}).text
    assert "4 visits, 100 %" in text
    assert "2 visits, 50 %; 50 % of the step before" in text
    assert "1 visit, 25 %; 50 % of the step before" in text


def test_each_row_is_a_filter_and_the_address_keeps_it(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    tell(stack)
    stack.sql("""
        INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
          landing_title, referrer, source, paths, deeds)
        SELECT t.id, gen_random_uuid(), 'v' || n, now() - interval '1 h', now(), n, 'https://shop.test/',
          '', '', CASE WHEN n < 3 THEN 'Google & Co' ELSE 'Direct' END, ARRAY['/', '/p' || n], '{}'
        FROM tenants t, generate_series(1, 5) n WHERE t.name = 'acme'
    """)
    sign_in(client)
    text = client.get("/insights", params={"period": "24h", "source": "Google & Co"}).text
    assert "Google &amp; Co" in text
    assert "/p1" in text
    assert "/p4" not in text
    assert "source=Google+%26+Co&amp;page=%2Fp1" in text, "the next filter keeps this one"
    both = {"period": "24h", "source": "Google & Co", "page": "/p2"}
    table = client.get("/insights.csv", params={**both, "kind": "page"})
    assert table.headers["Content-Type"].startswith("text/csv")
    assert table.text.splitlines()[1:] == ["/,1", "/p2,1"]


def test_numbers_by_day_are_those_of_the_visits(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    """What was added up while writing is what counting the visits says."""
    stack.sql("TRUNCATE visits, events, event_receipts, day_counts")
    ids = fresh(6)
    for number, one in enumerate(ids):
        who = {"User-Agent": f"Browser {number % 2} Chrome/1"}
        url = f"https://shop.test/a{number // 4}?utm_source=news&utm_medium=email"
        client.post("/v1/events", content=body([one], url=url), headers=who)
        client.post("/v1/events", content=body([one], url=url), headers=who)
    until(lambda: assert_written(stack, ids), "the events")
    summed = "SELECT kind, name, sum(number) FROM day_counts GROUP BY 1, 2 ORDER BY 1, 2"
    assert dict(line.rsplit("|", 1) for line in stack.sql(summed).splitlines()) == {
        "browser|Chrome": "2",
        "channel|Email": "2",
        "device|desktop": "2",
        "entry|/a0": "2",
        "medium|email": "2",
        "page|/a0": "2",
        "page|/a1": "2",
        "pages|": "6",
        "source|news": "2",
        "visitors|": "2",
        "visits|": "2",
    }


def assert_written(stack: RuntimeStack, ids: list[UUID]) -> None:
    assert len(written(stack, ids)) == len(ids)


def test_odd_steps_are_only_text(stack: RuntimeStack, client: httpx.Client) -> None:
    sign_in(client)
    odd = "%\n_\n'; DROP TABLE events; --\n<script>\n\\\n/" + "a" * 5000
    answer = client.get("/insights", params={"steps": odd, "period": "nonsense"})
    assert answer.status_code == 200
    assert "&lt;script&gt;" in answer.text
    assert client.get("/insights").status_code == 200
