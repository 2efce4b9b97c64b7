"""Days that are over are counted in memory: the same numbers as before, also after what comes late."""

# ruff: noqa: S608 - statements of the tests themselves

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from leadengine.tracking.queue import STREAM
from tests.bench.many_events import statements
from tests.lab.runtime.sending import body, fresh, written
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

EVENTS = 20_000
FUNNEL = "/\n/pricing\nLead Submitted"
VIEWS = (
    {"source": "Google"},
    {"page": "/pricing", "device": "desktop"},
    {"event": "Lead Submitted", "steps": FUNNEL},
    {"company": "company-7.test"},
    {"steps": FUNNEL},
    {"source": "nobody's"},
)
TABLES = ("page", "source", "entry", "company", "locale")
EMPTIED = "TRUNCATE visits, events, event_receipts, day_counts, companies, packed_days"
OVER = """
SELECT count(DISTINCT day) FROM day_counts WHERE day < (now() AT TIME ZONE 'UTC' - interval '1 h')::date
"""


@pytest.fixture
def quarter(stack: RuntimeStack) -> Iterator[RuntimeStack]:
    """Ninety days of visits, none of them packed; no worker runs yet."""
    stack.sql(EMPTIED)
    # What other tests sent and nobody wrote would be written by our worker, and counted.
    stack.redis_cli("del", STREAM)
    stack.sql(statements("(SELECT id FROM tenants WHERE name = 'acme')", EVENTS))
    yield stack
    stack.sql(EMPTIED)


def shown(client: httpx.Client) -> dict[str, list[str]]:
    """What the views and their tables say."""
    found = {}
    for view in VIEWS:
        asked = {"period": "90d", **view}
        page = client.get("/insights", params=asked)
        assert page.status_code == 200
        found[f"{view}"] = re.findall(r">\s*([^<>\s][^<>]*)<", page.text.partition("<main")[2])
        for kind in TABLES:
            table = client.get("/insights.csv", params={**asked, "kind": kind})
            found[f"{view} {kind}"] = table.text.splitlines()
    return found


def wait_for_packed(stack: RuntimeStack, seconds: float = 90) -> None:
    """Wait until every day that is over is packed."""

    def check() -> None:
        assert stack.sql("SELECT count(*) FROM packed_days") == stack.sql(OVER)

    until(check, "the days to be packed", seconds)


def test_packed_days_say_what_the_visits_say(quarter: RuntimeStack, client: httpx.Client) -> None:
    """Six views, each with five tables, of 90 days; then a late visit, and an erasure."""
    sign_in(client)
    before = shown(client)
    assert len(before[f"{VIEWS[0]} page"]) > 20
    assert any("of the step before" in one for one in before[f"{VIEWS[2]}"])
    worker = quarter.start("worker", "packing-worker")
    try:
        wait_for_packed(quarter)
        assert int(quarter.sql("SELECT count(*) FROM packed_days")) >= 89
        assert shown(client) == before
        late_visit_is_shown(quarter, client)
        assert quarter.admin("person", "erase", "nobody.known@buyer.test").returncode == 0
        assert quarter.sql("SELECT count(*) FROM packed_days") == "0"
    finally:
        worker.remove()


def late_visit_is_shown(stack: RuntimeStack, client: httpx.Client) -> None:
    """A page that arrives three days late has its day forgotten, and is counted at once."""
    ids, at = fresh(), datetime.now(UTC) - timedelta(days=3)
    sent = body(ids, url="https://shop.test/late?utm_source=late", timestamp=at.isoformat())
    assert client.post("/v1/events", content=sent).status_code == 202

    def check() -> None:
        assert written(stack, ids)

    until(check, "the late page", 30)
    days = stack.sql(f"SELECT count(*) FROM packed_days WHERE day = '{at:%Y-%m-%d}'")
    table = client.get("/insights.csv", params={"period": "90d", "source": "late", "kind": "page"})
    assert table.text.splitlines()[1:] == ["/late,1"]
    assert days == "0"
