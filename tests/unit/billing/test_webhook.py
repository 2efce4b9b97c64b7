"""Where messages arrive: what is signed is written down, and the answer waits for nobody."""

import threading
import time

import pytest

from leadengine_ctl.billing.base import UnreachableError
from leadengine_ctl.billing.memory_state import Happened
from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.billing_records import Kind
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel.billing.clerk import Clerk
from tests.unit.billing.messages import PATH, SECRET, body_of, send
from tests.unit.billing.stripe_server import Account
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long

PAID = Happened(id="evt_1", type="invoice.paid", kind=Kind.INVOICE, object="in_1")


def test_what_is_signed_is_written_down_once(fleet: Fleet, panel: Panel) -> None:
    first, again = send(panel, body_of(PAID)), send(panel, body_of(PAID))
    assert (first.status_code, first.text) == (200, "taken")
    assert (again.status_code, again.text) == (200, "known")
    (waiting,) = fleet.world.store.books.waiting()
    assert (waiting.id, waiting.kind, waiting.object) == ("evt_1", "invoice", "in_1")


@pytest.mark.parametrize("header", ["", "t=1,v1=00", "nonsense"])
def test_what_is_not_signed_is_refused(fleet: Fleet, panel: Panel, header: str) -> None:
    assert send(panel, body_of(PAID), header=header).status_code == 400
    assert fleet.world.store.books.waiting() == ()


def test_what_was_signed_long_ago_is_refused(fleet: Fleet, panel: Panel) -> None:
    assert send(panel, body_of(PAID), at=time.time() - 301).status_code == 400
    assert send(panel, body_of(PAID), at=time.time() - 290).status_code == 200


def test_a_session_of_an_owner_is_no_signature(fleet: Fleet, panel: Panel) -> None:
    browser = panel.browser(Role.OWNER)
    assert browser.client.post(PATH, content=body_of(PAID)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"id": "evt_1", "type": "x"}',
        b'{"id": "evt_1", "type": "x", "data": {"object": {"id": "../x", "object": "invoice"}}}',
        b'{"id": "evt_1", "type": "' + b"x" * 200 + b'", "data": {"object": {"object": "y"}}}',
    ],
)
def test_what_is_signed_and_no_message_is_refused(fleet: Fleet, panel: Panel, body: bytes) -> None:
    assert send(panel, body).status_code == 400
    assert fleet.world.store.books.waiting() == ()


def test_a_message_about_something_else_is_taken_and_needs_nothing(
    fleet: Fleet, panel: Panel, account: Account
) -> None:
    body = b'{"id": "evt_9", "type": "payout.paid", "data": {"object": {"id": "po_1", "object": "payout"}}}'
    assert send(panel, body).text == "taken"
    upcoming = (
        b'{"id":"evt_8","type":"invoice.upcoming","data":{"object":{"id":null,"object":"invoice"}}}'
    )
    assert send(panel, upcoming).text == "taken"
    before = len(account.requests)
    Clerk(fleet.world).work()
    assert not [each for each in account.requests[before:] if "po_1" in each]
    assert fleet.world.store.books.waiting() == ()


def test_what_is_larger_than_any_message_is_not_read(fleet: Fleet, panel: Panel) -> None:
    assert send(panel, b" " * (256 * 1024 + 1)).status_code == 413


def test_without_a_secret_nothing_is_taken(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LECTL_STRIPE_WEBHOOK_SECRET")
    assert send(Panel.open(fleet.lectl.folder), body_of(PAID)).status_code == 404


def test_two_secrets_count_while_one_is_replaced(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_STRIPE_WEBHOOK_SECRET", f"whsec_new,{SECRET}")
    assert send(Panel.open(fleet.lectl.folder), body_of(PAID)).status_code == 200


def test_the_answer_does_not_wait_for_the_payment_server(
    fleet: Fleet, panel: Panel, account: Account, server: StripeServer
) -> None:
    """It is asked by the clerk, after that: what it did not answer waits."""
    before = len(account.requests)
    customer = account.server.add_customer("acme", "acme", "ann@acme.test", "one").id
    made = Happened(id="evt_2", type="customer.created", kind=Kind.CUSTOMER, object=customer)
    assert send(panel, body_of(made)).status_code == 200
    assert len(account.requests) == before
    clerk = Clerk(fleet.world, server)
    account.fault("503")
    with pytest.raises(UnreachableError):
        clerk.work()
    assert len(fleet.world.store.books.waiting()) == 1
    assert clerk.work()
    assert fleet.world.store.books.waiting() == ()
    assert list(fleet.world.store.books.all(Kind.CUSTOMER)) == [customer]


def test_the_clerk_works_by_itself_and_ends_when_it_is_told(
    fleet: Fleet, panel: Panel, account: Account
) -> None:
    customer = account.server.add_customer("acme", "acme", "ann@acme.test", "one").id
    made = Happened(id="evt_2", type="customer.created", kind=Kind.CUSTOMER, object=customer)
    send(panel, body_of(made))
    clerk = Clerk(fleet.world)
    thread = threading.Thread(target=clerk.run)
    thread.start()
    until = time.monotonic() + 60
    while fleet.world.store.books.waiting() and time.monotonic() < until:
        time.sleep(0.05)
    clerk.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert list(fleet.world.store.books.all(Kind.CUSTOMER)) == [customer]


def test_what_was_missed_is_taken_in_by_the_clerk(
    fleet: Fleet, account: Account, server: StripeServer
) -> None:
    customer = account.server.add_customer("acme", "acme", "ann@acme.test", "one").id
    clerk = Clerk(fleet.world, server)
    account.fault("503", 2)
    with pytest.raises(UnreachableError):
        clerk.work()
    assert list(fleet.world.store.books.all(Kind.CUSTOMER)) == []
    assert clerk.work(), "a look that failed is tried again"
    assert list(fleet.world.store.books.all(Kind.CUSTOMER)) == [customer]
    before = len(account.requests)
    assert clerk.work()
    assert len(account.requests) == before, "the whole is looked at once a day"


def test_one_panel_of_several_has_the_clerk(fleet: Fleet, account: Account) -> None:
    assert Clerk(fleet.world).work()
    assert not Clerk(fleet.world).work()
