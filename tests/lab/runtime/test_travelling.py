"""A client leaves a shared stack for one of its own, and comes back: by its manifest the very same."""

# ruff: noqa: S608 - statements of the tests themselves

import gzip
import json
import re
import subprocess
from dataclasses import dataclass

import httpx
import pytest

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.runtime.hosting import Client, Hosting, events_of, start_hosting
from tests.lab.runtime.sending import fresh, written
from tests.lab.runtime.stack import RuntimeStack, put_nginx_before, start_stack
from tests.lab.runtime.test_accounts_pages import form_of
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

VISITS = """
INSERT INTO leads (tenant_id, id, email, name, first_seen_at, last_seen_at)
SELECT id, gen_random_uuid(), 'lead' || n || '@a.test', E'tab\\tline\\nback\\\\slash ünï' || n,
  now() - n * interval '1 hour', now() FROM tenants, generate_series(1, 300) n WHERE client_id = '{0}';
INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
  landing_title, referrer)
SELECT id, gen_random_uuid(), md5(n::text), now() - n * interval '9 hours', now(), 2, 'https://a.test/',
  '', '' FROM tenants, generate_series(1, 500) n WHERE client_id = '{0}';
INSERT INTO conversations (tenant_id, id, visitor, page_url)
SELECT id, gen_random_uuid(), 'v', 'u' FROM tenants, generate_series(1, 20) WHERE client_id = '{0}';
INSERT INTO messages (tenant_id, conversation_id, author, text)
SELECT c.tenant_id, c.id, 'visitor', 'question ' || n FROM conversations c
JOIN tenants t ON t.id = c.tenant_id, generate_series(1, 5) n WHERE t.client_id = '{0}';
"""


@dataclass(frozen=True)
class Ended:
    """How `leadengine-admin travel` ended."""

    code: int
    out: bytes
    err: str

    @property
    def tables(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = json.loads(self.out)["tables"]
        return found


def travel(api: Container | None, doing: str, given: bytes = b"{}") -> Ended:
    """As the agent calls it: bytes in, bytes out."""
    assert api is not None
    words = ("docker", "exec", "-i", api.name, "leadengine-admin", "travel", doing)
    done = subprocess.run(words, input=given, capture_output=True, check=False, timeout=300)
    return Ended(done.returncode, done.stdout, done.stderr.decode())


@pytest.fixture(scope="module")
def hosting(run: Run, authority: Authority, product_images: None) -> Hosting:
    return start_hosting(run, authority, "leaving", last=246)


@pytest.fixture(scope="module")
def acme(hosting: Hosting) -> Client:
    """With rows of many kinds, and some that only a worker makes; with a neighbour beside."""
    made, neighbour = hosting.create("acme"), hosting.create("bolt")
    for client in (made, neighbour):
        hosting.stack.sql(VISITS.format(client.client_id))
    ids = fresh(40)
    sent = hosting.browser().post(f"/{made.client_id}/v1/events", content=events_of(made, ids))
    assert sent.status_code == 202
    until(lambda: _written(hosting.stack, ids), "the worker")
    browser = hosting.signed_in(made)
    files = {"file": ("hours.md", b"# Hours\n\nWe open at nine on every day of the week.\n")}
    form = {"form": form_of(browser, "/acme/knowledge")}
    assert browser.post("/acme/knowledge", data=form, files=files).status_code == 303
    until(lambda: _known(hosting), "the file", 90)
    return made


def _written(stack: RuntimeStack, ids: list) -> None:  # type: ignore[type-arg]
    assert len(written(stack, ids)) == len(ids)


def _known(hosting: Hosting) -> None:
    assert hosting.ask("count", slug="acme")["passages"] > 0


@pytest.fixture(scope="module")
def own(run: Run, authority: Authority, acme: Client) -> RuntimeStack:
    """A stack for the same client ID, deployed and empty; its session secret is another one."""
    stack = start_stack(run, "own")
    stack.settings |= {
        "CLIENT_ID": acme.client_id,
        "SESSION_SECRET": "canary-another-secret-of-32-characters",
    }
    assert stack.admin("migrate").returncode == 0
    assert stack.seed()["created"] is True
    stack.api = stack.start("api", "own-api")
    put_nginx_before(stack, stack.api, authority, last=248)
    stack.start("worker", "own-worker")
    return stack


def test_out_and_back_by_its_manifest_it_is_the_very_same(
    hosting: Hosting, acme: Client, own: RuntimeStack
) -> None:
    """N = each table, both ways; in between it lives on over there."""
    shared = hosting.stack.api
    assert hosting.ask("suspend", slug="acme")["changed"] is True
    left = travel(shared, "export", b'{"slug": "acme"}')
    assert left.code == 0, left.err
    before = travel(shared, "manifest", b'{"slug": "acme"}').tables
    full = {name for name, each in before.items() if each["rows"]}
    assert {"leads", "visits", "events", "messages", "documents", "passages", "users"} <= full
    neighbours = travel(shared, "manifest", b'{"slug": "bolt"}').tables
    arrived = travel(own.api, "import", left.out)
    assert arrived.code == 0, arrived.err
    assert arrived.tables == before
    assert travel(own.api, "import", left.out).code == 0, "sent again, the same client is there"
    browser = own.client()
    data = {"email": acme.email, "password": acme.password, "form": form_of(browser, "/sign-in")}
    assert browser.post("/sign-in", data=data).status_code == 303
    assert "lead7@a.test" in browser.get("/leads?q=lead7").text
    _lives_on(own, browser, acme)
    back = travel(own.api, "export")
    there = travel(own.api, "manifest").tables
    assert there != before
    returned = travel(shared, "import", back.out)
    assert returned.code == 0, returned.err
    assert returned.tables == there
    assert travel(shared, "manifest", b'{"slug": "acme"}').tables == there
    assert travel(shared, "manifest", b'{"slug": "bolt"}').tables == neighbours
    assert hosting.ask("resume", slug="acme")["changed"] is True
    until(lambda: _lets_in(hosting, acme), "the resumption", 20)


def _lives_on(own: RuntimeStack, browser: httpx.Client, acme: Client) -> None:
    """What identity columns count goes on behind what arrived: a person can answer in an old talk."""
    ids = fresh(5)
    sent = events_of(acme, ids)
    assert browser.post("/v1/events", content=sent).status_code == 202
    until(lambda: _written(own, ids), "the worker over there")
    page = browser.get("/conversations").text
    (talk, *_) = re.findall(r'href="/conversations/([0-9a-f-]{36})"', page)
    data = {"text": "Yes, we do.", "form": form_of(browser, f"/conversations/{talk}")}
    assert browser.post(f"/conversations/{talk}", data=data).status_code == 303
    last = (
        f"SELECT text FROM messages WHERE conversation_id = '{talk}' ORDER BY number DESC LIMIT 1"
    )
    assert own.sql(last) == "Yes, we do."


def _lets_in(hosting: Hosting, acme: Client) -> None:
    assert hosting.signed_in(acme).get("/acme/leads").status_code == 200


def test_what_is_damaged_or_somebody_elses_changes_nothing(
    hosting: Hosting, acme: Client, own: RuntimeStack
) -> None:
    """N = 6 parcels that are not acme's, or not whole."""
    before = travel(own.api, "manifest").tables
    good = travel(own.api, "export").out
    text = gzip.decompress(good)
    assert b"lead7@a.test" in text
    foreign = travel(hosting.stack.api, "export", b'{"slug": "bolt"}').out
    for sent in (
        good[: len(good) // 2],
        gzip.compress(text[: text.rindex(b"\n", 0, -1) + 1]),
        gzip.compress(text.replace(b"lead7@a.test", b"evil7@a.test")),
        gzip.compress(re.sub(rb'"revision":"\d+"', b'"revision":"0001"', text)),
        b"",
        foreign,
    ):
        ended = travel(own.api, "import", sent)
        assert ended.code == 1
        assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert travel(own.api, "manifest").tables == before


def test_who_lives_here_is_not_replaced_by_another_state(hosting: Hosting, acme: Client) -> None:
    parcel = travel(hosting.stack.api, "export", b'{"slug": "acme"}').out
    tenant = hosting.tenant(acme)
    hosting.stack.sql(f"DELETE FROM leads WHERE tenant_id = '{tenant}' AND email = 'lead9@a.test'")
    ended = travel(hosting.stack.api, "import", parcel)
    assert ended.code == 1
    assert "'acme' lives here already" in ended.err


def test_nobody_travels_through_the_gateway(hosting: Hosting, acme: Client) -> None:
    browser = hosting.browser()
    for path in ("/internal/travel/export", "/acme/internal/travel/export"):
        assert browser.post(path, content=b'{"slug": "acme"}').status_code == 404
    here = (
        "import urllib.request, urllib.error\n"
        "request = urllib.request.Request('http://127.0.0.1:3000/internal/travel/export', b'{}')\n"
        "try: print(urllib.request.urlopen(request).status)\n"
        "except urllib.error.HTTPError as error: print(error.code)\n"
    )
    assert hosting.stack.api is not None
    assert hosting.stack.api.run("python", "-c", here).stdout.strip() == "404"
