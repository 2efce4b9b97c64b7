"""What a client chooses takes effect: on the pages, on the website, and for other systems."""

import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from leadengine.webhooks.signing import verifies
from tests.lab.container import Container
from tests.lab.runtime.sending import body, fresh, send
from tests.lab.runtime.stack import ADMIN, CLIENT_ID, DOMAIN, HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.runtime.test_leads import becomes_hot, visitor
from tests.lab.runtime.typing_in import post
from tests.lab.waiting import until

PRIVACY = {
    "mode": "auto",
    "companies": "marketing",
    "lookups_a_month": "100",
    "events": "13",
    "visits": "6",
    "conversations": "12",
    "leads": "24",
    "banner": "1",
    "do_not_track": "1",
}


@pytest.fixture
def signed_in(stack: RuntimeStack, client: httpx.Client) -> Iterator[httpx.Client]:
    """An administrator; what they chose is gone afterwards."""
    sign_in(client)
    yield client
    stack.sql("TRUNCATE preferences, scoring_models, webhooks, deliveries")
    stack.sql("UPDATE users SET takes_leads = true")
    time.sleep(2.5)


def test_branding_is_shown_before_it_is_kept(signed_in: httpx.Client) -> None:
    wanted = {"primary": "#aa0000", "greeting": "Ahoy <b>", "corner": "left"}
    shown = post(signed_in, "/settings/branding", do="preview", **wanted)
    assert "#aa0000" in shown.text
    assert "Ahoy &lt;b&gt;" in shown.text
    assert "#aa0000" not in signed_in.get("/brand.css").text
    assert post(signed_in, "/settings/branding", do="save", **wanted).status_code == 303
    assert "--brand:#aa0000" in signed_in.get("/brand.css").text
    assert signed_in.get("/chat.json").json()["greeting"] == "Ahoy <b>"
    bad = post(signed_in, "/settings/branding", do="save", primary="red", logo="http://x.test/")
    assert bad.status_code == 422
    assert "Primary" in bad.text
    assert "https://" in bad.text


def test_logo_may_be_loaded_from_where_it_was_chosen(signed_in: httpx.Client) -> None:
    post(signed_in, "/settings/branding", do="save", logo="https://cdn.acme.test/logo.svg")
    policy = signed_in.get("/sign-in").headers["Content-Security-Policy"]
    assert "img-src 'self' https://cdn.acme.test;" in policy


def test_privacy_reaches_pixel_and_door(stack: RuntimeStack, signed_in: httpx.Client) -> None:
    assert '"auto banner dnt"' in signed_in.get("/pixel.js").text
    chosen = {**PRIVACY, "mode": "strict", "hosts": "shop.test\nother.test"}
    assert post(signed_in, "/settings/privacy", **chosen).status_code == 303
    assert '"strict banner dnt"' in signed_in.get("/pixel.js").text
    stack.redis_cli("del", "le:drops:" + time.strftime("%Y-%m-%d", time.gmtime()))
    assert send(signed_in, fresh()).status_code == 204
    agreed = json.loads(body(fresh())) | {"consent": {"analytics": True}, "anonymousId": "me"}
    assert signed_in.post("/v1/events", json=agreed).status_code == 202
    elsewhere = {**agreed, "events": json.loads(body(fresh(), url="https://evil.test/"))["events"]}
    assert signed_in.post("/v1/events", json=elsewhere).status_code == 204
    counted = stack.redis_cli(
        "hgetall", "le:drops:" + time.strftime("%Y-%m-%d", time.gmtime())
    ).split()
    assert dict(zip(counted[::2], counted[1::2], strict=True)) == {
        "consent": "1",
        "wrong-origin": "1",
    }
    bad = post(signed_in, "/settings/privacy", **{**PRIVACY, "hosts": "https://shop.test/x"})
    assert bad.status_code == 422
    assert "without https://" in bad.text


def test_rules_are_tried_before_they_are_published(
    stack: RuntimeStack, worker: Container, signed_in: httpx.Client
) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    becomes_hot(signed_in, visitor("rules"))
    until(lambda: assert_label(stack, "> 200"), "the score", 30)
    rule = {"axis": "fit", "kind": "has-phone", "what": "", "points": "5", "most": "100"}
    tried = post(signed_in, "/settings/scoring", do="try", **rule, words="left a number")
    assert "1 of 1 leads would get another score" in tried.text
    assert_label(stack, "> 200")
    published = post(signed_in, "/settings/scoring", do="publish", **rule, words="left a number")
    assert published.status_code == 303
    until(lambda: assert_label(stack, "= 5"), "the new score", 30)
    assert "rules number 1" in signed_in.get("/settings/scoring").text
    bad = post(signed_in, "/settings/scoring", do="publish", **{**rule, "points": "900"}, words="x")
    assert bad.status_code == 422


def assert_label(stack: RuntimeStack, comparison: str) -> None:
    query = f"SELECT fit + 2 * engagement {comparison} FROM leads WHERE scored_at IS NOT NULL"  # noqa: S608
    assert stack.sql(query) == "t"


class Receiver(ThreadingHTTPServer):
    """Another system: it keeps what it is told; while `status` is not 200 it refuses."""

    def __init__(self, address: str) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status = 500
        receiver = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.append((dict(self.headers), text))
                self.send_response(receiver.status)
                self.end_headers()

            def do_GET(self) -> None:
                tag = f'<script async src="https://{DOMAIN}/pixel.js"></script>'
                text = f"<html><head>{tag}</head></html>".encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        super().__init__((address, 0), Hook)
        Thread(target=self.serve_forever).start()


@pytest.fixture
def receiver(stack: RuntimeStack) -> Iterator[Receiver]:
    server = Receiver(stack.run.gateway)
    yield server
    server.shutdown()
    server.server_close()


def test_webhook_is_signed_and_tried_again(
    stack: RuntimeStack, signed_in: httpx.Client, receiver: Receiver
) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    inside = post(signed_in, "/settings/webhooks", url=f"https://{stack.run.gateway}/hook")
    assert "leads into a private network" in inside.text
    url = f"http://{stack.run.gateway}:{receiver.server_port}/hook"
    stack.sql(
        f"INSERT INTO webhooks (tenant_id, url, nonce) SELECT id, '{url}', 'nonce' FROM tenants"  # noqa: S608
        " WHERE name = 'acme'"
    )
    page = signed_in.get("/settings/webhooks").text
    found = re.search(r"whsec_[0-9a-f]{64}", page)
    assert found
    options = (*HARDENED, *stack.environment, "--env=PRIVATE_WEBHOOKS=true")
    worker = stack.run.start("webhook-worker", "leadengine/worker:dev", options=options)
    try:
        began = time.monotonic()
        becomes_hot(signed_in, visitor("hook"))
        until(lambda: assert_told(receiver, 3), "three deliveries", 30)
        print(f"told after {time.monotonic() - began:.1f} s")  # noqa: T201
        receiver.status = 200
        stack.sql("UPDATE deliveries SET next_try_at = now()")
        until(lambda: assert_taken(stack), "what was refused", 30)
    finally:
        worker.remove()
    events = {json.loads(text)["event"] for _, text in receiver.told}
    assert events == {"lead.created", "lead.asked", "lead.hot"}
    for headers, text in receiver.told:
        assert verifies(found[0], headers["X-LeadEngine-Signature"], text, int(time.time()))
    assert len({headers["X-LeadEngine-Delivery"] for headers, _ in receiver.told}) == 3
    assert "it answered 500" not in signed_in.get("/settings/webhooks").text


def assert_told(receiver: Receiver, number: int) -> None:
    assert len(receiver.told) >= number


def assert_taken(stack: RuntimeStack) -> None:
    assert stack.sql("SELECT count(*), count(sent_at), min(tries) FROM deliveries") == "3|3|2"


def test_installation_is_verified_from_outside_only(
    stack: RuntimeStack, signed_in: httpx.Client, receiver: Receiver
) -> None:
    for url in (
        "http://127.0.0.1:3000/",
        "https://localhost/",
        f"https://{stack.run.gateway}/",
        "::",
    ):
        text = post(signed_in, "/settings/install/verify", url=url).text
        assert "The page was not loaded" in text, url
    assert CLIENT_ID in signed_in.get("/install").text


def test_routing_goes_in_turn_and_by_rule(
    stack: RuntimeStack, worker: Container, signed_in: httpx.Client
) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    stack.sql(f"DELETE FROM users WHERE email <> '{ADMIN}'")  # noqa: S608 - a constant
    assert (
        post(signed_in, "/settings/team", email="ben@acme.test", role="member").status_code == 200
    )
    ben = stack.sql("SELECT id FROM users WHERE email = 'ben@acme.test'")
    rules = {"field": "email", "text": "@vip.test", "owner": ben, "otherwise": "turns"}
    assert post(signed_in, "/settings/routing", **rules).status_code == 303
    for number in range(4):
        name = f"lead{number}@{'vip' if number > 1 else 'plain'}.test"
        who = visitor(name)
        content = body(fresh(), type="identify", properties={"email": name})
        assert signed_in.post("/v1/events", content=content, headers=who).status_code == 202
        until(lambda name=name: assert_owned(stack, name), "the owner", 30)  # type: ignore[misc]
    owners = stack.sql(
        "SELECT count(*), count(DISTINCT owner_id) FROM leads WHERE email LIKE '%plain%'"
    )
    assert owners == "2|2"
    query = f"SELECT count(*) FROM leads WHERE email LIKE '%vip%' AND owner_id = '{ben}'"  # noqa: S608
    assert stack.sql(query) == "2"
    stack.sql(f"UPDATE leads SET owner_id = NULL; DELETE FROM users WHERE email <> '{ADMIN}'")  # noqa: S608


def assert_owned(stack: RuntimeStack, email: str) -> None:
    query = f"SELECT owner_id IS NOT NULL FROM leads WHERE email = '{email}'"  # noqa: S608
    assert stack.sql(query) == "t"
