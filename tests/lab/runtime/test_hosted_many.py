"""Five hundred clients in one stack: made in seconds, kept apart on every route and table, and still fast."""

# ruff: noqa: S608 - statements of the tests themselves

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.lab.authority import Authority
from tests.lab.run import Run
from tests.lab.runtime.hosting import Client, Hosting, events_of, p95, start_hosting
from tests.lab.runtime.sending import fresh
from tests.lab.runtime.test_accounts_pages import form_of
from tests.lab.runtime.test_walk import FIELDS, routes, tables
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

CLIENTS = int(os.environ.get("LEADENGINE_TEST_CLIENTS", "500"))
WALKERS = 10
_AT_ONCE = 50
_TRIES = 60
KNOWN = 20
"""Made one by one, as an agent makes them, when the others are there; people sign in to these."""
BULK = """
import asyncio, os, sys
from leadengine.controlling import hosted
from leadengine.database import Database
from leadengine.settings import Settings, load

async def main():
    settings = load(Settings, os.environ)
    database = Database(settings.database_url.get_secret_value(), size=2)
    await database.open()
    for number in range(int(sys.argv[1])):
        wanted = hosted.Wanted(slug=f"bulk{number}", domain=f"bulk{number}.test", email="a@bulk.test")
        await hosted.create(database, settings, wanted)
    await database.close()

asyncio.run(main())
"""
FILL = """
INSERT INTO leads (tenant_id, id, email, name, first_seen_at, last_seen_at)
SELECT t.id, gen_random_uuid(), 'lead' || n || '@' || t.client_id || '.test', 'canary-' || t.client_id,
  now() - n * interval '1 hour', now() - n * interval '1 minute'
FROM tenants t, generate_series(1, 40) n;
INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
  landing_title, referrer)
SELECT t.id, gen_random_uuid(), md5(t.client_id || n), now() - n * interval '20 minutes',
  now() - n * interval '19 minutes', 2, 'https://shop.test/' || n, 'canary-' || t.client_id, ''
FROM tenants t, generate_series(1, 200) n;
ANALYZE;
"""


@pytest.fixture(scope="module")
def many(run: Run, authority: Authority, product_images: None) -> Hosting:
    hosting = start_hosting(run, authority, "many", last=247)
    assert hosting.stack.api is not None
    hosting.stack.api.run("python", "-c", BULK, str(CLIENTS - KNOWN), timeout=900)
    say(f"{CLIENTS - KNOWN} clients are made")
    hosting.stack.sql(FILL)
    say("and have leads and visits")
    return hosting


@pytest.fixture(scope="module")
def known(many: Hosting) -> list[Client]:
    """The last ones; each with leads and visits, as the others."""
    made = [many.create(f"known{number}") for number in range(KNOWN)]
    only = "JOIN hosted_clients h ON h.tenant_id = t.id AND h.slug LIKE 'known%', generate_series"
    many.stack.sql(FILL.replace(", generate_series", f" {only}"))
    return made


def say(line: str) -> None:
    """A figure, or how far it is: read with `-s` while it runs."""
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)  # noqa: T201 - the figure is the point


def report(what: str, seconds: float, n: int) -> None:
    say(f"{what}: p95 {seconds * 1000:.0f} ms, N = {n}")


def test_a_client_is_made_within_five_seconds_where_there_are_many(
    many: Hosting, known: list[Client]
) -> None:
    assert len(many.ask("list")) == CLIENTS
    assert len({client.client_id for client in known}) == KNOWN
    report(f"creation among {CLIENTS}", p95(many.seconds), KNOWN)
    assert p95(many.seconds) <= 5


def test_no_table_shows_one_clients_rows_to_another(many: Hosting, known: list[Client]) -> None:
    """N = each table for each client: code without any WHERE sees its own rows."""
    names = [*tables(many.stack), "tenants"]
    one = " UNION ALL ".join(
        f"SELECT '{name}' FROM {name} WHERE"
        f" {'id' if name == 'tenants' else 'tenant_id'} IS DISTINCT FROM current_tenant()"
        for name in names
    )
    tenants = many.stack.sql("SELECT id FROM tenants").split()
    assert len(tenants) == CLIENTS + 1
    for begin in range(0, len(tenants), _AT_ONCE):
        asked = "".join(
            f"BEGIN; SELECT set_config('app.tenant', '{tenant}', true) \\g /dev/null\n"
            f"{one};"
            f" SELECT count(*) FROM leads; COMMIT;"
            for tenant in tenants[begin : begin + _AT_ONCE]
        )
        done = many.stack.sql_as_app(asked)
        assert done.returncode == 0, done.stderr
        assert set(done.stdout.split()) == {"40"}, done.stdout[:500]
        say(
            f"{min(begin + _AT_ONCE, len(tenants))} clients see none of others in {len(names)} tables"
        )


def test_no_route_shows_or_changes_a_neighbours(many: Hosting, known: list[Client]) -> None:
    """N = every route, by each of ten clients, with ids of the next one."""
    found: list[str] = []
    walked = 0
    for mine, other in itertools.pairwise(known[: WALKERS + 1]):
        browser = many.signed_in(mine)
        form = form_of(browser, f"/{mine.slug}/settings/account")
        tenant = many.tenant(other)
        lead = many.stack.sql(f"SELECT id FROM leads WHERE tenant_id = '{tenant}' LIMIT 1")
        before = _rows(many, str(tenant))
        for method, path in routes():
            if path in ("/live", "/sign-out") or path.startswith("/internal"):
                continue
            theirs = path.replace("00000000-0000-4000-8000-0000000000aa", lead)
            data = {**dict.fromkeys(FIELDS, lead), "form": form, "do": "remove", "outcome": "x"}
            answer = _patiently(browser, method, f"/{mine.slug}{theirs}", data, other.client_id)
            walked += 1
            if f"canary-{other.client_id}" in answer.text or (
                lead in theirs and answer.status_code == 200
            ):
                found.append(f"{method} {path}: {answer.status_code}")
            assert answer.status_code < 500, f"{method} {path}"
        assert _rows(many, str(tenant)) == before
        say(f"walked {walked} requests, {len(found)} leaks")
    assert found == []


def _rows(many: Hosting, tenant: str) -> str:
    names = tables(many.stack)
    return many.stack.sql(
        " UNION ALL ".join(
            f"SELECT '{name}' || count(*) || coalesce(sum(hashtextextended(t::text, 0))::text, '')"
            f" FROM {name} t WHERE tenant_id = '{tenant}'"
            for name in names
        )
    )


def _patiently(
    browser: httpx.Client, method: str, path: str, data: dict[str, str], client: str
) -> httpx.Response:
    """Ask, and again while the door says that it is too much at once; a route's own 429 is an answer."""
    body = data if method == "POST" else None
    for _ in range(_TRIES):
        answer = browser.request(method, path, params={"client": client}, data=body)
        if answer.status_code != 429 or "at once" not in answer.text:
            return answer
        time.sleep(0.5)
    raise AssertionError(f"{method} {path} was refused {_TRIES} times")


PAGES = ("", "leads", "insights")
ACKNOWLEDGED_SECONDS = 0.1


def test_pages_are_fast_where_there_are_many(many: Hosting, known: list[Client]) -> None:
    """N = three pages of each of twenty clients, five times."""
    seconds = []
    for client in known:
        browser = many.signed_in(client)
        for _ in range(5):
            seconds += [_page(browser, f"/{client.slug}/{path}") for path in PAGES]
            time.sleep(0.3)
    report(f"pages among {CLIENTS}", p95(seconds), len(seconds))
    assert p95(seconds) <= 0.3


def _page(browser: httpx.Client, path: str) -> float:
    began = time.monotonic()
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return time.monotonic() - began


def test_one_clients_flood_is_not_felt_by_another(many: Hosting, known: list[Client]) -> None:
    """In turns, quiet and flooded; the flood itself runs elsewhere, so that it costs the quiet as much.

    N = six rounds of each; while it is quiet the same flood meets a door that forwards nothing.
    """
    loud, mine = known[0], known[1]
    browser = many.signed_in(mine)
    quiet: list[float] = []
    flooded: list[float] = []
    acknowledged: list[float] = []
    for _ in range(6):
        with _flood(many, "/static/icon.svg", None):
            quiet += _looked(browser, mine)
        with _flood(many, f"/{loud.client_id}/v1/events", loud) as answers:
            flooded += _looked(browser, mine)
            acknowledged += _sent(browser, mine)
        assert 202 in answers
        assert 429 in answers
    report("pages of a neighbour while it is quiet", p95(quiet), len(quiet))
    report("pages of a neighbour of a flood", p95(flooded), len(flooded))
    report("events of a neighbour of a flood", p95(acknowledged), len(acknowledged))
    assert p95(flooded) <= 1.2 * p95(quiet)
    assert p95(acknowledged) <= ACKNOWLEDGED_SECONDS


def _looked(browser: httpx.Client, mine: Client) -> list[float]:
    seconds = []
    for path in PAGES * 10:
        seconds.append(_page(browser, f"/{mine.slug}/{path}"))
        # As fast as one client's people may ask.
        time.sleep(0.1)
    return seconds


def _sent(browser: httpx.Client, mine: Client) -> list[float]:
    seconds = []
    for _ in range(30):
        began = time.monotonic()
        path = f"/{mine.client_id}/v1/events"
        assert browser.post(path, content=events_of(mine, fresh())).status_code == 202
        seconds.append(time.monotonic() - began)
        time.sleep(0.05)
    return seconds


@contextmanager
def _flood(many: Hosting, path: str, client: Client | None) -> Iterator[list[int]]:
    """Two senders that never rest."""
    stop = threading.Event()
    answers: list[int] = []

    def send() -> None:
        with many.browser() as sender:
            while not stop.is_set():
                content = events_of(client, fresh()) if client else None
                method = "POST" if client else "GET"
                answers.append(sender.request(method, path, content=content).status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: _going(answers), "the flood")
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _going(answers: list[int]) -> None:
    assert len(answers) > 20
