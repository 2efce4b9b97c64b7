"""Two machines' worth of a hosted stack on one database and one Redis: an api, a worker and nginx each.

Nobody can tell which of them answers, and either may be killed.
"""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import httpx
import pytest

from leadengine.tenants.turns import TURN
from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.mail import MailSink
from tests.lab.run import Run
from tests.lab.runtime.hosting import Client, Hosting, events_of, start_hosting
from tests.lab.runtime.sending import all_stored, fresh, grows
from tests.lab.runtime.stack import RuntimeStack, put_nginx_before
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

LEADS = 24
"""Fewer than a channel is told of in an hour."""
CHANGES = 20
ROUNDS = 2


@dataclass(frozen=True)
class Pair:
    """The two machines: `hosting` is the first, `stack` the second; both workers can send mail."""

    hosting: Hosting
    stack: RuntimeStack
    workers: tuple[Container, Container]

    @property
    def nodes(self) -> tuple[RuntimeStack, RuntimeStack]:
        return self.hosting.stack, self.stack

    def browsers(self, client: Client) -> tuple[httpx.Client, httpx.Client]:
        """One browser, signed in at the first machine, as each of them meets it."""
        first, second = self.hosting.signed_in(client), self.stack.client()
        for cookie in first.cookies.jar:
            second.cookies.set(cookie.name, cookie.value or "")
        return first, second


@pytest.fixture(scope="module")
def sink(run: Run) -> Iterator[MailSink]:
    sink = MailSink(run.gateway)
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def pair(run: Run, authority: Authority, product_images: None, sink: MailSink) -> Pair:
    hosting = start_hosting(run, authority, "pair", last=246)
    hosting.worker.remove()
    first = hosting.stack
    first.settings |= {
        "SMTP_HOST": sink.address,
        "SMTP_PORT": str(sink.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "hello@acme.test",
    }
    second = replace(first, api=first.start("api", "pair-api2"))
    assert second.api is not None
    put_nginx_before(second, second.api, authority, last=245)
    workers = (first.start("worker", "pair-worker1"), first.start("worker", "pair-worker2"))
    until(lambda: turns_of(first), "the workers")
    return Pair(hosting, second, workers)


def turns_of(stack: RuntimeStack) -> Counter[str]:
    """Workers, and how many chores are theirs now."""
    keys = stack.redis_cli("--scan", "--pattern", f"{TURN}*").split()
    found = Counter(stack.redis_cli("mget", *keys).split()) if keys else Counter[str]()
    assert found
    return found


def test_a_client_made_at_one_is_served_by_the_other_at_once(pair: Pair) -> None:
    client = pair.hosting.create("acme")
    _, second = pair.browsers(client)
    assert second.get("/acme/leads").status_code == 200
    sent = second.post(f"/{client.client_id}/v1/events", content=events_of(client, fresh()))
    assert sent.status_code == 202
    assert pair.stack.api is not None
    told = pair.stack.api.run(
        *("leadengine-admin", "hosting", "password"), stdin=json.dumps({"slug": "acme"})
    )
    assert json.loads(told.stdout)["password"] is None, "it was told at the first"
    # One who asked before it was made is told within seconds that it is there now.
    assert second.get("/later/").status_code == 404
    pair.hosting.create("later")
    made = time.monotonic()
    until(lambda: _status(second, "/later/", 303), "the new client", 15)
    report(f"asked for before it was made: there {time.monotonic() - made:.1f} s later")


def _status(browser: httpx.Client, path: str, wanted: int) -> None:
    assert browser.get(path).status_code == wanted


def test_what_is_kept_at_one_is_shown_by_the_other(pair: Pair) -> None:
    """N = 20 changes, each looked at on the other machine at once."""
    browsers = pair.browsers(pair.hosting.create("colours"))
    for number, (here, there) in zip(
        range(CHANGES), itertools.cycle((browsers, browsers[::-1])), strict=False
    ):
        page = here.get("/colours/settings/branding").text
        form = page.partition('name="form" value="')[2].partition('"')[0]
        data = {"do": "save", "primary": "#0b8c00", "greeting": f"Hello {number}", "form": form}
        data |= {"logo": "", "font": "", "corner": "right"}
        assert here.post("/colours/settings/branding", data=data).status_code == 303
        assert f"Hello {number}" in there.get("/colours/settings/branding").text, number


def test_a_suspended_client_is_let_in_by_neither(pair: Pair) -> None:
    client = pair.hosting.create("debtor")
    browsers = pair.browsers(client)
    for browser in browsers:
        assert browser.get("/debtor/").status_code == 200
    assert pair.hosting.ask("suspend", slug="debtor") == {"changed": True}
    told = time.monotonic()
    for browser in browsers:
        until(lambda its=browser: _status(its, "/debtor/", 403), "the suspension", 15)  # type: ignore[misc]
    report(f"suspended at both after {time.monotonic() - told:.1f} s")


def test_each_lead_is_told_once_whichever_worker_tells(pair: Pair, sink: MailSink) -> None:
    """N = 24 leads, two workers."""
    client = pair.hosting.create("buyers")
    browsers = [node.client() for node in pair.nodes]
    for number, browser in zip(range(LEADS), itertools.cycle(browsers), strict=False):
        sent = json.loads(events_of(client, fresh(2)))
        asked, said = sent["events"]
        said |= {"type": "identify", "properties": {"email": f"lead{number}@buyer.test"}}
        asked |= {"type": "track", "name": "Lead Submitted"}
        path, agent = f"/{client.client_id}/v1/events", {"User-Agent": f"Browser {number}"}
        body = json.dumps({**sent, "events": [said, asked]})
        assert browser.post(path, content=body, headers=agent).status_code == 202
    for number in range(LEADS):
        sink.wait_for(client.email, 60, holding=f"lead{number}@buyer.test")
    time.sleep(6)
    told = Counter(
        (str(one["Subject"]), number)
        for one in sink.messages
        for number in range(LEADS)
        if f"lead{number}@buyer.test" in str(one.get_content())
    )
    assert set(told.values()) == {1}, told.most_common(3)


def test_the_chores_of_a_killed_worker_are_done_by_the_other(pair: Pair) -> None:
    """N = 4 kills: each worker twice. What it was at is free half a minute later."""
    first = pair.hosting.stack
    names = [worker.run("hostname").stdout.strip() for worker in pair.workers]
    for victim, heir in ((0, 1), (1, 0)) * ROUNDS:
        until(lambda name=names[victim]: _has(first, name), "both at work", 60)  # type: ignore[misc]
        pair.workers[victim].kill()
        killed = time.monotonic()
        until(lambda name=names[victim]: _has_not_long(first, name), "the heir", 60)  # type: ignore[misc]
        report(f"short chores are {names[heir]}'s {time.monotonic() - killed:.1f} s after a kill")
        pair.workers[victim].start()


SHORT = ("leads", "notices", "webhooks", "calls", "threads")
"""Chores that are done every two seconds."""


def _holders(stack: RuntimeStack) -> set[str]:
    return set(stack.redis_cli("mget", *(TURN + one for one in SHORT)).split())


def _has(stack: RuntimeStack, name: str) -> None:
    assert name in _holders(stack)


def _has_not_long(stack: RuntimeStack, name: str) -> None:
    """Nothing is kept for who is gone: seen a few times, since each round has a holder of its own."""
    for _ in range(20):
        assert name not in _holders(stack)
        time.sleep(0.1)


def test_acknowledged_is_stored_through_kills_of_every_part(pair: Pair) -> None:
    """N = 8 kills -9: both apis and both workers, twice each, while both machines take events."""
    client = pair.hosting.create("kills")
    promised: list[UUID] = []
    over = threading.Event()

    def keep_sending(node: RuntimeStack) -> None:
        with node.client() as sender:
            while not over.is_set():
                ids = fresh(5)
                try:
                    path, body = f"/{client.client_id}/v1/events", events_of(client, ids)
                    taken = sender.post(path, content=body).status_code == 202
                except httpx.TransportError:
                    taken = False
                if taken:
                    promised.extend(ids)
                time.sleep(0.05 if taken else 0.1)

    senders = [threading.Thread(target=keep_sending, args=(node,)) for node in pair.nodes]
    for sender in senders:
        sender.start()
    apis = [node.api for node in pair.nodes if node.api is not None]
    try:
        for victim in (*apis, *pair.workers) * ROUNDS:
            until(grows(promised), "events before the kill", 60)
            victim.kill()
            killed = time.monotonic()
            until(grows(promised), f"events after the kill of {victim.name}", 60)
            report(f"{victim.name} killed: taken again after {time.monotonic() - killed:.1f} s")
            victim.start()
    finally:
        over.set()
        for sender in senders:
            sender.join()
    assert len(promised) > 100
    until(lambda: all_stored(pair.hosting.stack, promised), "the backlog", 120)
    report(f"{len(promised)} events acknowledged, each stored once")


def report(sentence: str) -> None:
    """Shown with `pytest -s`."""
    print(sentence)  # noqa: T201
