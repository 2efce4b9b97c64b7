"""Clients that share a stack: each has all of it to itself, as far as it can tell."""

# ruff: noqa: S608 - statements of the tests themselves

import html
import json
import re

import pytest

from tests.lab.authority import Authority
from tests.lab.run import Run
from tests.lab.runtime.hosting import Client, Hosting, events_of, start_hosting
from tests.lab.runtime.sending import fresh, written
from tests.lab.runtime.test_standings import stand
from tests.lab.runtime.vouching import PLATFORM, allow, ask, let_in, make_key, show
from tests.lab.waiting import until


@pytest.fixture(scope="module")
def hosting(run: Run, authority: Authority, product_images: None) -> Hosting:
    return start_hosting(run, authority)


@pytest.fixture(scope="module")
def acme(hosting: Hosting) -> Client:
    return hosting.create("acme")


@pytest.fixture(scope="module")
def bolt(hosting: Hosting) -> Client:
    return hosting.create("bolt")


def test_a_client_is_made_once_and_its_password_told_once(hosting: Hosting, acme: Client) -> None:
    again = hosting.ask("create", slug="acme", domain="www.acme.test", email=acme.email)
    assert (again["created"], again["client_id"]) == (False, acme.client_id)
    assert again["dashboard"] == "https://app.leads.acme.test/acme"
    assert "cdn.leads.acme.test/pixel.js" in again["snippet"]
    assert acme.client_id in again["snippet"]
    assert hosting.ask("password", slug="acme")["password"] is None
    assert hosting.signed_in(acme).get("/acme/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"slug": "acme"}, "'acme' is another client already"),
        ({"slug": "settings"}, "'settings' is a name of the stack's own"),
        ({"slug": "../etc"}, "slug: String should match pattern"),
        ({"domain": "not a host"}, "a website is a name such as www.example.com"),
        ({"email": "nobody"}, "email: String should match pattern"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_sentence(
    hosting: Hosting, acme: Client, asked: dict[str, str], sentence: str
) -> None:
    good = {"slug": "corner", "domain": "corner.test", "email": "a@corner.test"}
    done = hosting.said("create", **{**good, **asked})
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_events_reach_their_client_and_nobody_else(
    hosting: Hosting, acme: Client, bolt: Client
) -> None:
    browser, ids, theirs = hosting.browser(), fresh(3), fresh(2)
    for client, sent in ((acme, ids), (bolt, theirs)):
        answer = browser.post(f"/{client.client_id}/v1/events", content=events_of(client, sent))
        assert answer.status_code == 202, answer.text
    until(lambda: _all_written(hosting, [*ids, *theirs]), "the worker")
    for client, sent in ((acme, ids), (bolt, theirs)):
        tenant = hosting.tenant(client)
        listed = "', '".join(map(str, sent))
        count = f"SELECT count(*) FROM events WHERE message_id IN ('{listed}')"
        assert hosting.stack.sql(f"{count} AND tenant_id = '{tenant}'") == str(len(sent))
    # With the neighbour's name in the envelope, or from a website that is not the client's.
    crossed = browser.post(f"/{acme.client_id}/v1/events", content=events_of(bolt, fresh()))
    assert crossed.status_code == 404
    foreign = events_of(acme, fresh()).replace("https://acme.test", "https://evil.test")
    assert browser.post(f"/{acme.client_id}/v1/events", content=foreign).status_code == 204


def _all_written(hosting: Hosting, ids: list) -> None:  # type: ignore[type-arg]
    assert len(written(hosting.stack, ids)) == len(ids)


def test_pages_lead_to_pages_of_the_same_client(hosting: Hosting, acme: Client) -> None:
    """N = every link, form and script of nine pages."""
    browser = hosting.signed_in(acme)
    for path in (
        *("", "leads", "conversations", "insights", "knowledge", "install"),
        *("settings/branding", "settings/team", "settings/account"),
    ):
        page = browser.get(f"/acme/{path}")
        assert page.status_code == 200, path
        ours = re.findall(r'\b(?:href|action|formaction|src)="(/[^"]*)"', page.text)
        assert len(ours) > 8
        strange = [one for one in ours if not one.startswith(("/acme/", "/static/"))]
        assert strange == [], path
        assert 'aria-current="page"' in page.text


def test_a_session_is_worth_nothing_at_a_neighbour(
    hosting: Hosting, acme: Client, bolt: Client
) -> None:
    browser = hosting.signed_in(acme)
    answer = browser.get("/bolt/leads")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bolt/sign-in")
    token = browser.cookies["__Host-le-session-acme"]
    for name in ("__Host-le-session-bolt", "__Host-le-session"):
        browser.cookies.set(name, token)
    assert browser.get("/bolt/leads").status_code == 303
    assert browser.get("/leads").status_code == 303, "the stack's own"
    # And the password of one does not open the other.
    data = {"email": acme.email, "password": acme.password}
    data["form"] = hosting.browser().get("/bolt/sign-in").text
    assert hosting.browser().post("/bolt/sign-in", data=data).status_code in (401, 403, 422)


def test_a_guest_of_one_client_is_nobody_at_a_neighbour(
    hosting: Hosting, acme: Client, bolt: Client
) -> None:
    """Its key, its guest token and its pass open nothing elsewhere; each has a list of its own."""
    browser = hosting.browser()
    for client, origin in ((acme, PLATFORM), (bolt, "https://elsewhere.test")):
        admin = hosting.signed_in(client)
        assert allow(admin, origin, below=f"/{client.slug}").status_code == 303
    key = make_key(hosting.signed_in(acme), below="/acme")
    assert ask(browser, key, "/bolt", audience="https://elsewhere.test").status_code == 401
    assert ask(browser, key).status_code == 401, "the stack's own"
    token = ask(browser, key, "/acme").json()["token"]
    assert show(browser, token, below="/bolt").status_code == 401
    guest = let_in(browser, key, "/acme")
    assert browser.get("/acme/leads", headers=guest).status_code == 200
    for path in ("/bolt/leads", "/leads", f"/{acme.client_id}/leads"):
        assert browser.get(path, headers=guest).status_code in (401, 404), path
    framed = browser.get("/acme/embed/leads")
    assert f"frame-ancestors {PLATFORM};" in framed.headers["Content-Security-Policy"]
    assert 'src="/acme/embed/frame.js?' in framed.text
    elsewhere = browser.get("/bolt/embed/leads").headers["Content-Security-Policy"]
    assert "frame-ancestors https://elsewhere.test;" in elsewhere


def test_what_names_nobody_is_not_there(hosting: Hosting, acme: Client) -> None:
    browser = hosting.browser()
    for path in ("/nobody/", "/nobody/leads", f"/{'0' * 24}/pixel.js", f"/{acme.client_id}/leads"):
        assert browser.get(path).status_code == 404, path
    assert browser.get("/acme").status_code == 303
    assert browser.get("/acme/internal/tenants").status_code == 404
    front = browser.get("/pixel.js")
    assert acme.client_id not in front.text
    assert "pixel.js" in front.text
    assert acme.client_id in browser.get(f"/{acme.client_id}/pixel.js").text


def test_a_suspended_client_is_let_in_nowhere_and_keeps_its_data(
    hosting: Hosting, bolt: Client
) -> None:
    browser = hosting.signed_in(bolt)
    assert hosting.ask("suspend", slug="bolt") == {"changed": True}
    assert hosting.ask("suspend", slug="bolt") == {"changed": False}
    until(lambda: _status(browser, "/bolt/", 403), "the suspension", 15)
    assert "is suspended. Its data is kept" in browser.get("/bolt/").text
    sent = browser.post(f"/{bolt.client_id}/v1/events", content=events_of(bolt, fresh()))
    assert sent.status_code == 403
    script = browser.get(f"/{bolt.client_id}/pixel.js")
    assert (script.status_code, script.text) == (200, "")
    assert hosting.ask("resume", slug="bolt") == {"changed": True}
    until(lambda: _status(browser, "/bolt/", 200), "the resumption", 15)


def _status(browser, path: str, wanted: int) -> None:  # type: ignore[no-untyped-def]
    assert browser.get(path).status_code == wanted


def test_a_client_that_does_not_pay_is_held_back_and_its_neighbour_is_not(
    hosting: Hosting, acme: Client, bolt: Client
) -> None:
    browser, neighbour = hosting.signed_in(bolt), hosting.signed_in(acme)
    assert stand(hosting.stack, "read-only", "bolt") is True
    until(lambda: _refuses(browser, "/bolt/settings/branding"), "read-only", 15)
    assert "This account is read-only" in browser.get("/bolt/").text
    sent = browser.post(f"/{bolt.client_id}/v1/events", content=events_of(bolt, fresh()))
    assert sent.status_code == 202
    assert "read-only" not in neighbour.post("/acme/settings/branding").text
    assert stand(hosting.stack, "suspended", "bolt") is True
    until(lambda: _status(browser, "/bolt/", 403), "the suspension", 15)
    assert neighbour.get("/acme/").status_code == 200
    # A person's word and the payment's are two: neither undoes the other.
    assert hosting.ask("suspend", slug="bolt") == {"changed": True}
    assert stand(hosting.stack, "good", "bolt") is True
    assert [one["suspended"] for one in hosting.ask("list") if one["slug"] == "bolt"] == [True]
    assert hosting.ask("resume", slug="bolt") == {"changed": True}
    until(lambda: _status(browser, "/bolt/", 200), "the good standing", 15)


def _refuses(browser, path: str) -> None:  # type: ignore[no-untyped-def]
    assert "read-only" in browser.post(path).text


def test_a_client_has_the_colour_and_the_name_it_was_made_with(hosting: Hosting) -> None:
    asked = {"slug": "fern", "domain": "fern.test", "email": "a@fern.test", "colour": "#7c2d12"}
    name = "Fern & Söhne <b>"
    made = hosting.ask("create", company=name, **asked)
    browser = hosting.browser()
    assert f"· {html.escape(name)}</title>" in browser.get("/fern/sign-in").text
    told = browser.get(f"/{made['client_id']}/chat.json").json()
    assert (told["name"], name in told["greeting"]) == (name, True)
    assert "Fern" not in browser.get("/sign-in").text
    assert "--brand:#7c2d12" in browser.get("/fern/brand.css").text
    assert "--brand:#7c2d12" not in browser.get("/brand.css").text
    hosting.ask("delete", slug="fern")


def test_a_deleted_client_is_nowhere(hosting: Hosting, acme: Client) -> None:
    """N = every table, every key of Redis, both streams and every collection; its neighbour stays."""
    gone = hosting.create("gone")
    tenant = hosting.tenant(gone)
    browser, ids = hosting.signed_in(gone), fresh(4)
    form = re.search(r'name="form" value="(\w+)"', browser.get("/gone/knowledge").text)
    assert form
    answer = browser.post(
        "/gone/knowledge",
        data={"form": form.group(1)},
        files={"file": ("opening.md", b"# Hours\n\nWe open at nine on every day of the week.\n")},
    )
    assert answer.status_code == 303, answer.text
    browser.post(f"/{gone.client_id}/v1/events", content=events_of(gone, ids))
    until(lambda: _all_written(hosting, ids), "the worker")
    until(lambda: _read(hosting, tenant), "the file", 60)
    before = hosting.ask("count", slug="gone")
    for place in ("events", "users", "passages", "redis keys", "collections of vectors"):
        assert before[place] > 0, before
    done = hosting.ask("delete", slug="gone")
    assert done["residue"] == {}
    assert done["looked_at"] > 30
    assert traces(hosting, str(tenant), gone) == []
    assert hosting.signed_in(acme).get("/acme/").status_code == 200
    until(lambda: _status(browser, "/gone/", 404), "its absence", 15)
    assert "there is no client called 'gone'" in hosting.said("delete", slug="gone").stderr


def _read(hosting: Hosting, tenant: object) -> None:
    found = hosting.ask("count", slug="gone")
    assert found["collections of vectors"] == 1
    assert found["passages"] > 0, tenant


def traces(hosting: Hosting, tenant: str, client: Client) -> list[str]:
    """Where a tenant is still named, asked of the owner of the database and of Redis themselves."""
    stack = hosting.stack
    tables = stack.sql(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ).split()
    asked = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM {name} t"
        f" WHERE t::text LIKE '%{tenant}%' OR t::text LIKE '%{client.client_id}%'"
        for name in tables
    )
    rows = (line.split("|") for line in stack.sql(asked).splitlines())
    found = [f"{name}: {number}" for name, number in rows if number != "0"]
    found += stack.redis_cli("--scan", "--pattern", f"*{client.client_id}*").split()
    for stream in ("le:events", "le:events:dead"):
        if client.client_id in stack.redis_cli("xrange", stream, "-", "+"):
            found.append(stream)
    if client.client_id in stack.redis_cli("zrange", "le:active", "0", "-1"):
        found.append("le:active")
    return found


def test_the_same_person_is_forgotten_by_one_client_alone(
    hosting: Hosting, acme: Client, bolt: Client
) -> None:
    browser = hosting.browser()
    hosting.worker.pause()
    try:
        for client in (acme, bolt):
            sent = json.loads(events_of(client, fresh()))
            sent["events"][0] |= {"type": "identify", "properties": {"email": "ann@both.test"}}
            path = f"/{client.client_id}/v1/events"
            assert browser.post(path, content=json.dumps(sent)).status_code == 202
        assert hosting.stack.api is not None
        erased = hosting.stack.api.run(
            *("leadengine-admin", "person", "erase", "ann@both.test"),
            *("--client", acme.client_id),
        )
        assert json.loads(erased.stdout)["deleted"].get("redis") == 1, erased.stdout
        waiting = hosting.stack.redis_cli("xrange", "le:events", "-", "+")
        assert waiting.count("ann@both.test") == 1
        assert bolt.client_id in waiting
    finally:
        hosting.worker.unpause()
