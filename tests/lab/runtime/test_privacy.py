"""A person is found, handed out and forgotten everywhere; the rest of the data stays."""

# ruff: noqa: S608 - statements of the tests themselves

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import CLIENT_ID, HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in
from tests.lab.runtime.typing_in import post
from tests.lab.waiting import until

CANARY = "canary.person@buyer.test"
OTHER = "other.person@buyer.test"
DOCUMENT = uuid4()
COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


@pytest.fixture(scope="module")
def chroma(stack: RuntimeStack) -> Iterator[str]:
    """Vectors of two passages, of which one names the person, and another client's."""
    command = ("chroma", "run", "--host", "0.0.0.0", "--port", "8000", "--path", "/tmp/data")
    options = (*HARDENED, "--env=HOME=/tmp", "--entrypoint=")
    box = stack.run.start(
        "privacy-chroma", "leadengine/standin-chromadb:dev", *command, options=options
    )
    address = f"http://{box.address}:8000"
    until(lambda: httpx.get(f"{address}/api/v2/heartbeat").raise_for_status(), "Chroma", 60)
    tenant = stack.sql("SELECT id FROM tenants WHERE name = 'acme'")
    stack.sql(f"""
        TRUNCATE documents CASCADE;
        INSERT INTO documents (tenant_id, id, source, title, content_hash)
          VALUES ('{tenant}', '{DOCUMENT}', 'help.md', 'Help', 'x');
        INSERT INTO passages (tenant_id, document_id, number, heading, text)
          VALUES ('{tenant}', '{DOCUMENT}', 0, 'Who', 'Ask {CANARY.title()} for help.'),
                 ('{tenant}', '{DOCUMENT}', 1, 'Else', 'Nobody is named here.');
    """)
    given: dict[str, object] = {"ids": [f"{DOCUMENT}:0:0", f"{DOCUMENT}:0:1", f"{DOCUMENT}:1:0"]}
    given |= {"embeddings": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]}
    for name in (f"kb_{UUID(tenant).hex}_a", f"kb_{'0' * 32}_a"):
        made = httpx.post(address + COLLECTIONS, json={"name": name}).raise_for_status().json()
        httpx.post(f"{address}{COLLECTIONS}/{made['id']}/add", json=given).raise_for_status()
    yield address
    box.remove()
    stack.sql("TRUNCATE documents CASCADE")


def vectors(chroma: str) -> dict[str, list[str]]:
    """The ids in each collection, by the beginning of its name."""
    listed = httpx.get(chroma + COLLECTIONS).raise_for_status().json()
    return {
        one["name"][:11]: httpx.post(f"{chroma}{COLLECTIONS}/{one['id']}/get", json={}).json()[
            "ids"
        ]
        for one in listed
    }


def say(client: httpx.Client, who: str, **event: object) -> None:
    answer = client.post(
        "/v1/events", content=body(fresh(), **event), headers={"User-Agent": f"Browser of {who}"}
    )
    assert answer.status_code == 202, answer.text


def be_here(stack: RuntimeStack, client: httpx.Client) -> None:
    """Two people do the same things; only one of them will be forgotten."""
    for key in stack.redis_cli("--scan", "--pattern", "le:ask:*").split():
        stack.redis_cli("del", key)
    for email in (CANARY, OTHER):
        say(client, email, url=f"https://shop.test/?mail={email.split('@')[0]}")
        say(
            client, email, type="identify", properties={"email": email, "name": email.split("@")[0]}
        )
        say(client, email, type="consent", properties={"analytics": True, "source": "banner"})
        question = {"client": CLIENT_ID, "question": f"I am {email}", "url": "https://shop.test/"}
        headers = {"User-Agent": f"Browser of {email}"}
        assert client.post("/v1/ask", json=question, headers=headers).status_code == 200
        form = {
            "email": email,
            "words": f"{email} is not content",
            "form": form_of(client, "/complaints"),
        }
        assert client.post("/complaints", data=form).status_code == 303

    def scored() -> None:
        query = "SELECT count(*) FROM leads WHERE scored_at IS NOT NULL AND email LIKE '%person@buyer.test'"
        assert stack.sql(query) == "2"

    until(scored, "both leads", 60)
    stack.redis_cli("xadd", "le:events:dead", "*", "events", json.dumps([{"email": CANARY}]))


def test_person_is_forgotten_everywhere_and_nobody_else(
    stack: RuntimeStack, worker: Container, client: httpx.Client, chroma: str
) -> None:
    be_here(stack, client)
    visitor = stack.sql(
        f"SELECT visitor FROM lead_visitors JOIN leads l ON l.id = lead_id WHERE email = '{CANARY}'"
    )
    exported = stack.admin("person", "export", CANARY)
    found = json.loads(exported.stdout)
    assert {"leads", "events", "visits", "consents", "turns", "complaints"} <= found.keys()
    assert OTHER not in exported.stdout

    erased = stack.admin("person", "erase", CANARY, CHROMA_URL=chroma)
    assert erased.returncode == 0, erased.stderr
    said = json.loads(erased.stdout)
    assert said["deleted"]["chroma"] == 2
    assert said["deleted"]["redis"] >= 1
    assert said["remaining"] == {}
    dump = stack.db.run("pg_dump", "-U", "le", "--data-only", "leadengine").stdout
    keys = stack.redis_cli("--scan")
    streams = stack.redis_cli("xrange", "le:events", "-", "+") + stack.redis_cli(
        "xrange", "le:events:dead", "-", "+"
    )
    kept = vectors(chroma)
    assert stack.api is not None
    logs = stack.api.logs() + worker.logs()
    for place in (dump, keys, streams, logs):
        for name in (CANARY, CANARY.split("@", maxsplit=1)[0], visitor):
            assert name not in place, f"{name} in {place[:80]}"
    assert kept.pop(f"kb_{'0' * 8}") == [f"{DOCUMENT}:0:0", f"{DOCUMENT}:0:1", f"{DOCUMENT}:1:0"]
    assert list(kept.values()) == [[f"{DOCUMENT}:1:0"]], "the vectors of the passage are gone"
    assert "Nobody is named here" in dump
    assert dump.count(OTHER) >= 4, "the other one is still there"


def test_late_events_of_an_erased_person_are_not_taken_in(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    stack.admin("person", "erase", "late@buyer.test")
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    late = {"type": "identify", "timestamp": before, "properties": {"email": "Late@Buyer.test"}}
    say(client, "late", **late)
    say(client, "again", type="identify", properties={"email": "back@buyer.test"})

    def back() -> None:
        assert stack.sql("SELECT count(*) FROM leads WHERE email = 'back@buyer.test'") == "1"

    until(back, "the next lead")
    assert stack.sql("SELECT count(*) FROM leads WHERE lower(email) = 'late@buyer.test'") == "0"


def test_requests_page_finds_exports_and_erases(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    say(client, "page", type="identify", properties={"email": "asks@buyer.test"})
    until(lambda: assert_lead(stack, "asks@buyer.test", 1), "the lead")
    sign_in(client)
    path = "/settings/requests"
    assert "leads" in post(client, f"{path}/find", email="asks@buyer.test").text
    export = post(client, f"{path}/export", email="asks@buyer.test")
    assert export.json()["data"]["leads"][0]["email"] == "asks@buyer.test"
    assert "not the same" in post(client, f"{path}/erase", email="asks@buyer.test", again="x").text
    assert_lead(stack, "asks@buyer.test", 1)
    done = post(client, f"{path}/erase", email="asks@buyer.test", again="asks@buyer.test")
    assert "it is nowhere" in done.text
    assert_lead(stack, "asks@buyer.test", 0)


def assert_lead(stack: RuntimeStack, email: str, number: int) -> None:
    assert stack.sql(f"SELECT count(*) FROM leads WHERE email = '{email}'") == str(number)


def test_what_is_too_old_is_deleted_and_the_rest_is_not(stack: RuntimeStack) -> None:
    """One row of each class a day too old, and one that is not; the evidence says one of each."""
    stack.sql(
        "TRUNCATE visits, events, event_receipts, leads, lead_visitors, notices, conversations,"
        " turns CASCADE"
    )
    tenant = stack.sql("SELECT id FROM tenants WHERE name = 'acme'")
    for days, name in ((400, "old"), (1, "new")):
        at = f"now() - interval '{days + 340} days'" if name == "old" else "now()"
        stack.sql(f"""
            INSERT INTO leads (tenant_id, email, first_seen_at, last_seen_at)
              VALUES ('{tenant}', '{name}@a.test', {at}, {at});
            INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
              landing_title, referrer, network)
              VALUES ('{tenant}', gen_random_uuid(), '{name}', {at}, {at}, 1, 'u', 't', '', 'n');
            INSERT INTO conversations (tenant_id, id, visitor, page_url, started_at, last_at)
              VALUES ('{tenant}', '{uuid4()}', '{name}', 'u', {at}, {at});
            INSERT INTO event_receipts VALUES ('{tenant}', gen_random_uuid(), {at});
        """)
    stack.sql(f"""
        SELECT ensure_event_partition((current_date - 370)::date), ensure_event_partition(current_date);
        INSERT INTO events (tenant_id, message_id, occurred_at, received_at, type, visit_id, visitor,
          url, title, referrer) SELECT '{tenant}', gen_random_uuid(), at, at, 'page', gen_random_uuid(),
          'v', 'u', '', '' FROM unnest(ARRAY[now() - interval '370 days', now()]) AS at;
        INSERT INTO preferences (tenant_id, name, value)
          VALUES ('{tenant}', 'privacy', '{{"retention": {{"events": 12}}}}');
    """)
    done = stack.admin("retention")
    assert done.returncode == 0, done.stderr
    deleted = json.loads(done.stdout)
    one_each = ("events", "anonymous visits", "conversations", "leads", "receipts of events")
    assert {name: deleted[name] for name in one_each} == dict.fromkeys(one_each, 1)
    for table in ("events", "visits", "conversations", "leads", "event_receipts"):
        assert stack.sql(f"SELECT count(*) FROM {table}") == "1", table
    query = "SELECT deleted FROM retention_runs WHERE class = 'leads' ORDER BY at DESC LIMIT 1"
    assert stack.sql(query) == "1"
    again = json.loads(stack.admin("retention").stdout)
    assert not any(again.values())
    stack.sql("TRUNCATE preferences")


def test_complaint_is_taken_and_answered(stack: RuntimeStack, client: httpx.Client) -> None:
    stack.sql("TRUNCATE complaints")
    for key in stack.redis_cli("--scan", "--pattern", "le:ask:*").split():
        stack.redis_cli("del", key)
    form = form_of(client, "/complaints")
    bad = client.post("/complaints", data={"email": "nobody", "words": "x", "form": form})
    assert bad.status_code == 422
    given = {"email": "mo@example.test", "words": "I said <no>", "form": form}
    assert client.post("/complaints", data={**given, "form": "0"}).status_code == 403
    assert client.post("/complaints", data=given).headers["Location"] == "/complaints?done=1"
    sign_in(client)
    assert "I said &lt;no&gt;" in client.get("/settings/requests").text
    assert "acknowledge within 2" in client.get("/settings/requests").text
    number = stack.sql("SELECT id FROM complaints")
    post(client, f"/settings/requests/complaints/{number}", outcome="We are sorry.")
    assert "Outcome: We are sorry." in client.get("/settings/requests").text


def test_objections_are_promised_to_machines(client: httpx.Client) -> None:
    assert client.get("/.well-known/gpc.json").json()["gpc"] is True
