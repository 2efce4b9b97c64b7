"""Grace, read-only, suspended: by dates alone, each change in the trail, and no data lost."""

from datetime import UTC, datetime

import pytest

from leadengine_ctl.billing.dunning import Patience, Standing, judge
from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.billing_records import InvoiceRecord, Kind, Money, SubscriptionRecord
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.reconcile import compare, heal
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.standing import settle
from tests.unit.billing.messages import send_all
from tests.unit.billing.stripe_server import Account
from tests.unit.billing.test_subscribe import buy
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel

DAY = 86_400
DUE = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())


def a_bill(status: str = "open", due: int = DUE, paid: int = 0) -> InvoiceRecord:
    money = Money(minor=500_000)
    return InvoiceRecord(
        id="in_1", customer="cus_1", status=status, total=money, paid=paid, created=due, due_at=due
    )


def a_subscription(status: str = "active") -> SubscriptionRecord:
    return SubscriptionRecord(id="sub_1", customer="cus_1", status=status)


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        (-1, Standing.GOOD),
        (0, Standing.GRACE),
        (13.99, Standing.GRACE),
        (14, Standing.READ_ONLY),
        (20.99, Standing.READ_ONLY),
        (21, Standing.SUSPENDED),
        (4000, Standing.SUSPENDED),
    ],
)
def test_a_bill_that_is_not_paid_makes_it_worse_by_dates(days: float, standing: Standing) -> None:
    found = judge([a_subscription("past_due")], [a_bill()], Patience(14, 7), DUE + days * DAY)
    assert found.standing is standing
    if standing not in {Standing.GOOD, Standing.SUSPENDED}:
        assert found.next_at == DUE + (14 if standing is Standing.GRACE else 21) * DAY
        assert "2026-03-01" in found.why


def test_the_oldest_bill_decides_and_what_is_paid_or_void_does_not() -> None:
    late, now = a_bill(due=DUE - 30 * DAY), DUE + DAY
    patience = Patience(14, 7)
    assert judge([a_subscription()], [a_bill(), late], patience, now).standing == "suspended"
    for settled in (a_bill("paid", paid=500_000), a_bill("void"), a_bill("draft")):
        assert judge([a_subscription()], [settled], patience, now).standing == "good"
    assert judge([a_subscription("canceled")], [late], patience, now).standing == "suspended"


@pytest.mark.parametrize(
    ("statuses", "standing"),
    [
        ((), "none"),
        (("incomplete",), "pending"),
        (("canceled", "incomplete_expired"), "ended"),
        (("canceled", "active"), "good"),
        (("trialing",), "good"),
    ],
)
def test_without_bills_the_subscription_decides(statuses: tuple[str, ...], standing: str) -> None:
    known = [a_subscription(status) for status in statuses]
    assert judge(known, [], Patience(14, 7), DUE).standing == standing


def test_a_month_that_is_not_paid_goes_all_the_way_and_one_payment_brings_all_back(
    fleet: Fleet, panel: Panel, account: Account, server: StripeServer
) -> None:
    world = fleet.world
    set_up(world, server)
    made = buy(world, server, "hosted")
    (first,) = account.server.all(Kind.INVOICE)
    account.customers.pay(first.id)
    record, state = world.store.clients.get("acme"), fleet.state("acme").read_text()
    account.customers.leave_card(made.customer, good=False)
    bill = account.customers.renew(made.id)
    send_all(panel, account.server.look().happened)
    take_in(world, server)
    found = world.store.books.find(Kind.INVOICE, bill)
    assert isinstance(found, InvoiceRecord)
    due = found.overdue_from or 0
    seen = []
    for days in (-1, 0, 5, 14, 20, 28, 400):
        settle(world, due + days * DAY)
        known = world.store.standings.find("acme")
        assert known is not None
        seen.append(known.standing)
    assert seen == ["good", "grace", "grace", "read-only", "read-only", "suspended", "suspended"]
    account.customers.pay(bill)
    heal(world, server, compare(world, server))
    settle(world, due + 400 * DAY)
    changes = [
        each.detail.split(":")[0]
        for each in reversed(world.store.audit.recent(50, action="billing.standing"))
    ]
    assert changes == [
        "none → good",
        "good → grace",
        "grace → read-only",
        "read-only → suspended",
        "suspended → good",
    ]
    assert world.store.audit.verify().broken == ""
    assert world.store.clients.get("acme") == record
    assert fleet.state("acme").read_text() == state, "nothing was done to its stack"
