"""Billing against localstripe: somebody else's server that speaks Stripe's API, a process of its own.

It signs its messages itself and sends them over HTTP to a panel that listens. It lacks prices, lookup keys,
bills that are sent, meters, the portal, saved answers by key, and messages about changed subscriptions: for
those there is `stripe_server.py`.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr

from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.billing_records import Kind, Money
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.reconcile import compare_objects, heal
from leadengine_ctl.operations.billing.standing import verdict_of
from tests.unit.billing.messages import PATH, SECRET
from tests.unit.billing.stripe_server import KEY
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel
from tests.unit.reporting.panel import free_port

pytestmark = pytest.mark.long

GOOD, BAD_LATER = "4242424242424242", "4000000000000341"


@contextmanager
def listening(panel: Panel) -> Iterator[str]:
    """The panel, on a port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(panel.app, port=port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def localstripe(tmp_path: Path) -> Iterator[str]:
    """Its address."""
    port = free_port()
    program = Path(sys.executable).parent / "localstripe"
    words = (str(program), "--from-scratch", "--port", str(port))
    with (tmp_path / "localstripe.log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=tmp_path)
        try:
            wait_for(f"http://127.0.0.1:{port}/v1/customers")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


def ask(address: str, path: str, **values: str) -> dict[str, Any]:
    """What a client, or its bank, does there."""
    answer = httpx.post(
        f"{address}{path}", data=values, headers={"Authorization": f"Bearer {KEY}"}, timeout=20
    )
    assert answer.status_code == 200, (path, answer.text)
    found: dict[str, Any] = answer.json() if answer.text else {}
    return found


def leave_card(address: str, customer: str, number: str) -> None:
    card = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    values = {f"card[{name}]": value for name, value in card.items()}
    method = ask(address, "/v1/payment_methods", type="card", **values)["id"]
    ask(address, f"/v1/payment_methods/{method}/attach", customer=customer)
    name = "invoice_settings[default_payment_method]"
    ask(address, f"/v1/customers/{customer}", **{name: method})


def buy(address: str, customer: str, plan: str) -> str:
    values = {"items[0][plan]": plan, "metadata[leadengine_plan]": "dedicated"}
    return str(ask(address, "/v1/subscriptions", customer=customer, **values)["id"])


def test_its_messages_are_taken_and_the_books_equal_its_state(
    fleet: Fleet, panel: Panel, localstripe: str
) -> None:
    world = fleet.world
    fleet.add("beta")
    server = StripeServer(SecretStr(KEY), localstripe, retries=0)
    with listening(panel) as place:
        ask(localstripe, "/_config/webhooks/ours", url=f"{place}{PATH}", secret=SECRET)
        acme = server.add_customer("acme", "Acme", "ann@acme.test", "one").id
        beta = server.add_customer("beta", "Beta", "bob@beta.test", "two").id
        ask(localstripe, "/v1/customers", name="Of another business")
        product = ask(localstripe, "/v1/products", name="Dedicated", type="service")["id"]
        wanted = {"amount": "750000", "currency": "gbp", "interval": "month", "product": product}
        plan = ask(localstripe, "/v1/plans", **wanted)["id"]
        leave_card(localstripe, acme, GOOD)
        leave_card(localstripe, beta, BAD_LATER)
        paid, failed = buy(localstripe, acme, plan), buy(localstripe, beta, plan)
        until = time.monotonic() + 60
        while len(missed := compare_objects(world, server)) > 1 and time.monotonic() < until:
            time.sleep(0.2)
            take_in(world, server)
    # It sends nothing about a first payment that failed: as good as a message that was lost.
    assert [(each.kind, each.client) for each in missed] == [("payment", "beta")]
    heal(world, server, missed)
    books = world.store.books
    assert is_equal(fleet, server)
    found = {each.id: each for each in books.all(Kind.SUBSCRIPTION).values()}
    assert {paid, failed} == found.keys()
    assert getattr(found[paid], "status", "") == "active"
    assert getattr(found[paid], "monthly", None) == Money(minor=750_000)
    assert getattr(found[failed], "status", "") == "incomplete"
    assert verdict_of(world, "acme").standing == "good"
    assert verdict_of(world, "beta", time.time() + 5).standing == "grace"
    assert len(books.all(Kind.CUSTOMER)) == 2, "the other business stays out"


def is_equal(fleet: Fleet, server: StripeServer) -> bool:
    """Whether the books have all of our customers' objects as the server has them, and no others."""
    books = fleet.world.store.books
    ours = {each.id for each in server.all(Kind.CUSTOMER) if getattr(each, "client", "")}
    theirs = {
        kind: {
            each.id: each
            for each in server.all(kind)
            if (each.id if kind is Kind.CUSTOMER else getattr(each, "customer", "")) in ours
        }
        for kind in Kind
    }
    known = {kind: books.all(kind) for kind in Kind}
    return known == theirs and all(len(theirs[kind]) >= 2 for kind in Kind)
