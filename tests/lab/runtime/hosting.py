"""A stack that clients share, with a number of clients in it, and what a client's browser does there."""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.engine import Done
from tests.lab.run import Run
from tests.lab.runtime.library import start_chroma
from tests.lab.runtime.sending import body
from tests.lab.runtime.stack import (
    CLIENT_ID,
    DOMAIN,
    RuntimeStack,
    put_nginx_before,
    start_stack,
)
from tests.lab.runtime.test_accounts_pages import form_of


@dataclass(frozen=True)
class Client:
    """A client of the shared stack, as it was told when it was made."""

    slug: str
    client_id: str
    email: str
    password: str

    @property
    def site(self) -> str:
        return f"{self.slug}.test"


@dataclass
class Hosting:
    """The shared stack. `seconds`: how long each client took to be made, password included."""

    stack: RuntimeStack
    worker: Container
    seconds: list[float] = field(default_factory=list)

    def ask(self, doing: str, **asked: str) -> Any:
        """`leadengine-admin hosting` in the api's container, as the agent calls it."""
        done = self.said(doing, **asked)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def said(self, doing: str, **asked: str) -> Done:
        assert self.stack.api is not None
        words = ("leadengine-admin", "hosting", doing)
        return self.stack.api.run(*words, stdin=json.dumps(asked), check=False)

    def create(self, slug: str) -> Client:
        email = f"admin@{slug}.test"
        began = time.monotonic()
        made = self.ask("create", slug=slug, domain=f"www.{slug}.test", email=email)
        password = self.ask("password", slug=slug)["password"]
        self.seconds.append(time.monotonic() - began)
        return Client(slug, made["client_id"], email, password)

    def tenant(self, client: Client) -> UUID:
        found = self.stack.sql(f"SELECT id FROM tenants WHERE client_id = '{client.client_id}'")  # noqa: S608
        return UUID(found)

    def browser(self) -> httpx.Client:
        return self.stack.client()

    def signed_in(self, client: Client) -> httpx.Client:
        """A browser in which the client's administrator is signed in."""
        browser = self.browser()
        data = {"email": client.email, "password": client.password}
        data["form"] = form_of(browser, f"/{client.slug}/sign-in")
        answer = browser.post(f"/{client.slug}/sign-in", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{client.slug}/")
        return browser


def start_hosting(
    run: Run, authority: Authority, prefix: str = "hosted", last: int = 249
) -> Hosting:
    """Migrated and seeded, an api behind TLS and a worker; it has no client but its own.

    Args:
        last: the end of its address, which no other stack of the run has.
    """
    stack = start_stack(run, prefix)
    chroma = start_chroma(run, f"{prefix}-chroma")
    stack.settings |= {
        "KIND": "hosted",
        "CLIENT_NAME": "cloud",
        "CHROMA_URL": f"http://{chroma.address}:8000",
    }
    migrated = stack.admin("migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert stack.seed()["created"] is True
    stack.api = stack.start("api", f"{prefix}-api")
    put_nginx_before(stack, stack.api, authority, last=last)
    return Hosting(stack, stack.start("worker", f"{prefix}-worker"))


def events_of(client: Client, ids: Sequence[UUID]) -> str:
    """Page views of the client's website."""
    sent = body(ids, url=f"https://{client.site}/a")
    return sent.replace(CLIENT_ID, client.client_id)


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100)[94]


__all__ = ["DOMAIN", "Client", "Hosting", "events_of", "p95", "start_hosting"]
