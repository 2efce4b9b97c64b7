"""A live stack for the tests of the runtime, shared by all of them."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from leadengine.tracking.queue import STREAM
from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.runtime.browsing import SNIPPETS
from tests.lab.runtime.library import start_chroma
from tests.lab.runtime.site import website
from tests.lab.runtime.stack import DOMAIN, RuntimeStack, put_nginx_before, start_stack


@pytest.fixture(scope="session")
def stack(run: Run, authority: Authority, product_images: None) -> RuntimeStack:
    """Migrated and seeded, with an api behind TLS; mail is not configured, no worker runs."""
    stack = start_stack(run, "shared")
    stack.settings["CHROMA_URL"] = f"http://{start_chroma(run, 'shared-chroma').address}:8000"
    migrated = stack.admin("migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert stack.seed()["created"] is True
    stack.api = stack.start("api", "shared-api")
    put_nginx_before(stack, stack.api, authority)
    return stack


@pytest.fixture
def worker(stack: RuntimeStack) -> Iterator[Container]:
    """A worker of the test's own."""
    worker = stack.start("worker", "shared-worker")
    yield worker
    worker.remove()


@pytest.fixture
def client(stack: RuntimeStack) -> Iterator[httpx.Client]:
    """A visitor without cookies; counters of earlier attempts are gone."""
    for key in stack.redis_cli("--scan", "--pattern", "le:sign-in:*").split():
        stack.redis_cli("del", key)
    with stack.client() as client:
        yield client


@pytest.fixture(scope="module")
def steady_worker(stack: RuntimeStack) -> Iterator[Container]:
    """One worker for all: containers that come and go make a browser drop its connections.

    What other modules left in the queue is not of its tests: it would be written in the middle of them.
    """
    stack.redis_cli("del", STREAM)
    worker = stack.start("worker", "steady-worker")
    yield worker
    worker.remove()


@pytest.fixture
def page(
    stack: RuntimeStack, steady_worker: Container, browser: Browser, authority: Authority
) -> Iterator[Page]:
    """A browser that finds the stack and a shop with the snippet; no visits yet."""
    stack.sql("TRUNCATE visits, events, event_receipts, day_counts")
    for key in stack.redis_cli("--scan", "--pattern", "le:sign-in:*").split():
        stack.redis_cli("del", key)
    with website(SNIPPETS) as address:
        names = {DOMAIN: f"{stack.address}:8443", "shop.test": address}
        with browser.open(names, (authority.root_pem,)) as page:
            yield page
