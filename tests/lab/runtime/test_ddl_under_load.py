"""A migration of a table with a million rows, while visitors and the dashboard go on."""

# ruff: noqa: S608 - statements of the tests themselves

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.runtime.derived import with_migration
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import ADMIN, PASSWORD, RuntimeStack, start_stack
from tests.lab.waiting import until

ROWS = 1_000_000
RATE = 40.0
SETTLED_SECONDS = 5

FILL = f"""
INSERT INTO visits SELECT (SELECT id FROM tenants), gen_random_uuid(), 'v' || n % 5000,
  now() - interval '200 days' - n * interval '1 second', now() - interval '200 days', 3,
  'https://shop.test/' || n, 'Shop', '' FROM generate_series(1, {ROWS}) n;
ANALYZE visits;
"""
BIGGER = """
ALTER TABLE visits ADD COLUMN score int, ADD COLUMN stage text NOT NULL DEFAULT 'new';
ALTER TABLE visits ADD CONSTRAINT visits_pages CHECK (pages >= 0) NOT VALID;
CREATE TABLE notes (tenant_id uuid, visit_id uuid, note text,
  FOREIGN KEY (tenant_id, visit_id) REFERENCES visits ON DELETE CASCADE);
CREATE INDEX notes_visit ON notes (tenant_id, visit_id);
ALTER TABLE events ADD COLUMN weight numeric NOT NULL DEFAULT 1;
"""
INDEXES = 'indexes = {"visits_stage": "visits (tenant_id, stage, started_at DESC)"}'


class Load:
    """Open loop: requests leave on time, whether earlier ones were answered or not."""

    def __init__(self, sends: list[Callable[[], httpx.Response]]) -> None:
        self.taken: list[tuple[float, float]] = []
        self.failed: list[int] = []
        self._sends = sends
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def slowest(self, since: float = 0.0) -> float:
        return max(seconds for at, seconds in self.taken if at >= since)

    def _run(self) -> None:
        start = time.monotonic()
        with ThreadPoolExecutor(32) as pool:
            for number in range(1_000_000):
                due = start + number / RATE
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                pool.submit(self._one, self._sends[number % len(self._sends)], due)

    def _one(self, send: Callable[[], httpx.Response], due: float) -> None:
        status = send().status_code
        self.taken.append((due, time.monotonic() - due))
        if status not in (200, 202):
            self.failed.append(status)


def signed_in(url: str) -> str:
    """The cookies of a session, past the TLS they are meant for."""
    page = httpx.get(f"{url}/sign-in")
    form = re.search(r'name="form" value="(\w+)"', page.text)
    assert form
    data = {"email": ADMIN, "password": PASSWORD, "form": form.group(1)}
    first = page.headers["Set-Cookie"].partition(";")[0]
    answer = httpx.post(f"{url}/sign-in", data=data, headers={"Cookie": first})
    return "; ".join(c.partition(";")[0] for c in answer.headers.get_list("Set-Cookie"))


def busy_stack(run: Run) -> tuple[RuntimeStack, Container]:
    stack = start_stack(run, "busy")
    assert stack.admin("migrate").returncode == 0
    stack.seed()
    stack.sql(FILL)
    stack.start("worker", "busy-worker")
    api = stack.start("api", "busy-api")
    until(lambda: httpx.get(f"http://{api.address}:3000/readyz").raise_for_status(), "the api")
    return stack, api


def test_no_request_takes_a_second_because_of_a_migration(run: Run, product_images: None) -> None:
    """40 requests a second; a report reads the table for 8 s when the migration begins."""
    stack, api = busy_stack(run)
    tag = with_migration(run, "bigger", BIGGER, INDEXES)
    url = f"http://{api.address}:3000"
    cookies = {"Cookie": signed_in(url)}
    client = httpx.Client(base_url=url, timeout=30)
    sends: list[Callable[[], httpx.Response]] = [
        lambda: client.post("/v1/events", content=body(fresh(3))),
        lambda: client.get("/?period=24h", headers=cookies),
        lambda: client.get("/readyz"),
    ]
    with Load(sends) as load:
        time.sleep(SETTLED_SECONDS)
        quiet, began = load.slowest(), time.monotonic()
        report = "BEGIN; SELECT count(*) FROM visits; SELECT pg_sleep(8)"
        docker("exec", "--detach", stack.db.name, "psql", "-U", "le", "leadengine", "-c", report)
        done = stack.admin("migrate", image=tag)
        ended = time.monotonic()
        time.sleep(1)
    client.close()
    docker("rmi", "--force", tag)
    assert done.returncode == 0, done.stderr
    assert (
        stack.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'visits_stage'::regclass")
        == "t"
    )
    during = [seconds for at, seconds in load.taken if began <= at <= ended]
    numbers = f"N = {len(during)} requests in {ended - began:.1f} s of migration on {ROWS} rows"
    print(f"{numbers}, slowest {max(during):.3f} s (before: {quiet:.3f} s)")  # noqa: T201
    assert len(during) >= 0.95 * RATE * (ended - began) - 1, "the load did not keep its rate"
    assert load.failed == []
    assert max(during) < 1.0
