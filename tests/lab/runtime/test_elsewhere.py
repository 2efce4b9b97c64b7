"""Database and Redis as somebody else runs them: known by their addresses, and their owner no superuser."""

import httpx

from tests.lab.run import Run
from tests.lab.runtime.hosting import Client, Hosting, events_of
from tests.lab.runtime.sending import fresh
from tests.lab.runtime.stack import RuntimeStack, settings_of, start_database
from tests.lab.waiting import until

OWNER = "CREATE ROLE doadmin LOGIN CREATEROLE PASSWORD 'canary-owner'"


def test_an_owner_without_privileges_is_enough(run: Run, stack: RuntimeStack) -> None:
    """Migrated twice, seeded, a client made, an event written: N = 1."""
    db = start_database(run, "managed")
    settings = settings_of(db, stack.redis)
    settings["MIGRATION_DATABASE_URL"] = f"postgresql://doadmin:canary-owner@{db.address}/managed"
    settings["DATABASE_URL"] = settings["DATABASE_URL"].removesuffix("leadengine") + "managed"
    # Beside the other stack's keys: a number names one of several databases of a Redis.
    settings["REDIS_URL"] = settings["REDIS_URL"].removesuffix("0") + "1"
    managed = RuntimeStack(run, db, stack.redis, settings | {"KIND": "hosted"})
    managed.sql(OWNER)
    managed.sql("CREATE DATABASE managed OWNER doadmin")
    for _ in range(2):
        migrated = managed.admin("migrate")
        assert migrated.returncode == 0, migrated.stderr
    assert managed.seed()["created"] is True
    managed.api = managed.start("api", "managed-api")
    worker = managed.start("worker", "managed-worker")
    hosting = Hosting(managed, worker)
    until(lambda: hosting.ask("list"), "the api", 60)
    buyer = Client("buyer", hosting.ask(
        "create", slug="buyer", domain="www.buyer.test", email="a@buyer.test"
    )["client_id"], "a@buyer.test", "")  # fmt: skip
    assert hosting.ask("count", slug="buyer")["users"] == 1
    ids = fresh(3)
    sent = httpx.post(
        f"http://{managed.api.address}:3000/{buyer.client_id}/v1/events",
        content=events_of(buyer, ids),
    )
    assert sent.status_code == 202, sent.text
    until(lambda: _written(managed, len(ids)), "the worker", 60)
    for box in (managed.api, worker, db):
        box.remove()


def _written(stack: RuntimeStack, number: int) -> None:
    assert stack.sql("SELECT count(*) FROM events", database="managed") == str(number)
