"""Api and worker of a client under a wrong clock: nothing is deleted, dated or let in by it (promise R7)."""

# ruff: noqa: S608 - statements of the tests themselves

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from leadengine.tracking.queue import STREAM
from tests.lab.authority import Authority
from tests.lab.clocks import INSTALL, faked
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.runtime.derived import derive
from tests.lab.runtime.sending import body, fresh, written
from tests.lab.runtime.stack import RuntimeStack, put_nginx_before
from tests.lab.runtime.test_accounts_pages import SESSION, sign_in
from tests.lab.runtime.vouching import PLATFORM, allow, ask, let_in, make_key, show
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

CLOCKS = {"-365d": -31_536_000, "-1d": -86_400, "+1d": 86_400, "+365d": 31_536_000}
TABLES = ("events", "visits", "leads", "conversations", "event_receipts", "sessions")
AGES = (1, 6, 29, 100, 180, 300, 320)
"""Days of what is kept: all of it would be gone under a clock that is a year ahead, were it asked."""

TOO_OLD, VISITS = 800, 182
"""Days: older than anything is kept, and how long visitors are known by default."""

EVENTS, OLD_EVENT = 11, 360
"""Months for which events are kept here, and days: there is no partition for what is older than a year."""


@dataclass(frozen=True)
class Clocked:
    """The client's stack with an api and a worker that have another clock than their database."""

    stack: RuntimeStack
    clock: str

    @property
    def number(self) -> int:
        return list(CLOCKS).index(self.clock)

    def now(self) -> float:
        """What the api takes for the time."""
        assert self.stack.api is not None
        ask = ("python3", "-c", "import time; print(time.time())")
        return float(self.stack.api.run(*ask).stdout)


@pytest.fixture(scope="module")
def images(run: Run, product_images: None) -> dict[str, str]:
    """By role: the image, with the library that tells another time."""
    lines = f"USER root\n{INSTALL}\nUSER 10001:10001\n"
    return {
        role: derive(run, f"clock-{role}", f"FROM leadengine/{role}:dev\n{lines}", {})
        for role in ("api", "worker")
    }


@pytest.fixture(scope="module", params=CLOCKS)
def clocked(
    stack: RuntimeStack,
    images: dict[str, str],
    authority: Authority,
    request: pytest.FixtureRequest,
) -> Iterator[Clocked]:
    other = replace(stack, settings=stack.settings | faked(str(request.param)))
    clocked = Clocked(other, str(request.param))
    other.api = other.start("api", f"clock{clocked.number}-api", images["api"])
    put_nginx_before(other, other.api, authority, last=240 + clocked.number)
    yield clocked
    other.api.remove()


def fill(stack: RuntimeStack) -> None:
    """Rows of each class that are kept by the right clock, one of each that is too old."""
    stack.redis_cli("del", STREAM)
    stack.sql(f"TRUNCATE {', '.join(TABLES)}, lead_visitors, turns, retention_runs CASCADE")
    tenant = stack.sql("SELECT id FROM tenants WHERE name = 'acme'")
    stack.sql(f"""
        TRUNCATE preferences;
        INSERT INTO preferences (tenant_id, name, value)
          VALUES ('{tenant}', 'privacy', '{{"retention": {{"events": {EVENTS}}}}}');
    """)
    for days in (*AGES, TOO_OLD):
        at = f"now() - interval '{days} days'"
        visit = at if days in {*AGES[:4], TOO_OLD} else "now()"
        receipt = at if days in {*AGES[:3], TOO_OLD} else "now()"
        event = f"now() - interval '{min(days, OLD_EVENT)} days'"
        stack.sql(f"""
            SELECT ensure_event_partition(({event})::date);
            INSERT INTO events (tenant_id, message_id, occurred_at, received_at, type, visit_id,
              visitor, url, title, referrer)
              VALUES ('{tenant}', gen_random_uuid(), {event}, {event}, 'page', gen_random_uuid(),
              'v{days}', 'u', '', '');
            INSERT INTO leads (tenant_id, email, first_seen_at, last_seen_at)
              VALUES ('{tenant}', 'aged{days}@a.test', {at}, {at});
            INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
              landing_title, referrer, network)
              VALUES ('{tenant}', gen_random_uuid(), 'v{days}', {visit}, {visit}, 1, 'u', 't', '', '');
            INSERT INTO conversations (tenant_id, id, visitor, page_url, started_at, last_at)
              VALUES ('{tenant}', '{uuid4()}', 'v{days}', 'u', {at}, {at});
            INSERT INTO event_receipts VALUES ('{tenant}', gen_random_uuid(), {receipt});
        """)


def numbers(stack: RuntimeStack) -> dict[str, int]:
    found = {table: int(stack.sql(f"SELECT count(*) FROM {table}")) for table in TABLES}
    return found | {"known": int(stack.sql("SELECT count(*) FROM events WHERE visitor <> ''"))}


@contextmanager
def at_work(stack: RuntimeStack, name: str, image: str) -> Iterator[Container]:
    """A worker that finds all its chores due."""
    for key in stack.redis_cli("--scan", "--pattern", "le:worker:turn:*").split():
        stack.redis_cli("del", key)
    worker = stack.start("worker", name, image)
    yield worker
    worker.remove()


def nights(stack: RuntimeStack) -> int:
    """How often what is too old was deleted, by what is noted."""
    return int(stack.sql("SELECT count(*) FROM retention_runs WHERE class = 'consents'"))


def wait_for_nights(stack: RuntimeStack, number: int) -> None:
    def been() -> None:
        assert nights(stack) == number

    until(been, f"night {number}", 90)


def test_what_is_kept_is_decided_by_the_right_clock(
    clocked: Clocked, stack: RuntimeStack, images: dict[str, str], client: httpx.Client
) -> None:
    shift = clocked.now() - float(stack.sql("SELECT extract(epoch FROM now())"))
    assert shift == pytest.approx(CLOCKS[clocked.clock], abs=60)
    fill(stack)
    sign_in(client)
    before = numbers(stack)
    with at_work(clocked.stack, f"clock{clocked.number}-worker", images["worker"]):
        wait_for_nights(stack, 1)
    gone = {"sessions": 0, "known": len([age for age in (*AGES, TOO_OLD) if age > VISITS])}
    assert numbers(stack) == {name: n - gone.get(name, 1) for name, n in before.items()}
    assert "Sign out" in client.get("/").text

    after = numbers(stack)
    stack.sql("UPDATE retention_runs SET at = at - interval '1 day'")
    with at_work(stack, f"right{clocked.number}-worker", ""):
        wait_for_nights(stack, 2)
    assert numbers(stack) == after, "the right clock found something to put right"


def test_an_event_is_of_the_moment_it_came(
    clocked: Clocked, stack: RuntimeStack, images: dict[str, str]
) -> None:
    fill(stack)
    message = fresh()
    # As from an hour ago, by a website whose clock is right.
    early = datetime.now(UTC) - timedelta(hours=1)
    with (
        clocked.stack.client() as website,
        at_work(clocked.stack, f"clock{clocked.number}-writer", images["worker"]),
    ):
        answer = website.post("/v1/events", content=body(message, timestamp=early.isoformat()))
        assert answer.status_code == 202, answer.text

        def there() -> None:
            assert written(stack, message) == [str(message[0])]

        until(there, "the event", 60)
    off = "abs(extract(epoch FROM {} - now()) + {}) < 120"
    right = f"SELECT {off.format('occurred_at', 3600)}, {off.format('received_at', 0)} FROM events"
    assert stack.sql(f"{right} WHERE message_id = '{message[0]}'") == "t|t"


def test_who_is_signed_in_stays_so_and_links_last_as_long_as_they_should(
    clocked: Clocked, stack: RuntimeStack, client: httpx.Client
) -> None:
    stack.sql("TRUNCATE sessions")
    assert sign_in(client).status_code == 303
    with clocked.stack.client() as other:
        other.cookies.set(SESSION, client.cookies[SESSION])
        assert "Sign out" in other.get("/").text, "signed in by the right clock"
    with clocked.stack.client() as other:
        assert sign_in(other).status_code == 303
        client.cookies.clear()
        client.cookies.set(SESSION, other.cookies[SESSION])
        assert "Sign out" in client.get("/").text, "signed in by the wrong one"
    week = "expires_at BETWEEN now() + interval '6 days 23 hours' AND now() + interval '7 days'"
    assert stack.sql(f"SELECT bool_and({week}) FROM sessions") == "t"


def test_a_guest_is_let_in_for_as_long_as_always(clocked: Clocked, stack: RuntimeStack) -> None:
    with clocked.stack.client() as admin, clocked.stack.client() as guest:
        assert sign_in(admin).status_code == 303
        assert allow(admin, PLATFORM).status_code == 303
        key = make_key(admin)
        seen = guest.get("/leads", headers=let_in(guest, key))
        assert seen.status_code == 200
        token = ask(guest, key).json()["token"]
        (name,) = stack.redis_cli("--scan", "--pattern", "le:embed:token:*").split()
        assert 280 < int(stack.redis_cli("ttl", name)) <= 300
        assert show(guest, token).status_code == 200
        assert show(guest, token).status_code == 401
    stack.sql("TRUNCATE preferences, embedding_keys")
