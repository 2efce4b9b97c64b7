"""What every payment server must do for us: a subclass says how to make one, and who its customers are."""

import pytest

from leadengine_ctl.billing.base import (
    BillingError,
    BillingServer,
    Collect,
    DeclinedError,
    MeterEvent,
    Subscribing,
)
from leadengine_ctl.billing.memory_customers import MemoryCustomers
from leadengine_ctl.billing.plans import TIERS, terms
from leadengine_ctl.fleet.billing_records import (
    CustomerRecord,
    InvoiceRecord,
    Kind,
    Money,
    SubscriptionRecord,
)

HOSTED, OWN = TIERS["hosted"], TIERS["self-hosted"]


class BillingSuite:
    """The contract of `leadengine_ctl.billing.base`."""

    def server(self) -> BillingServer:
        raise NotImplementedError

    def customers(self) -> MemoryCustomers:
        raise NotImplementedError

    def counted(self) -> int:
        """The sum of all usage it was told."""
        raise NotImplementedError

    def _ready(self) -> BillingServer:
        server = self.server()
        for tier in TIERS.values():
            server.offer(tier)
            for lookup, (amount, monthly) in tier.prices().items():
                server.set_price(tier, lookup, amount, monthly=monthly)
        return server

    def _order(
        self,
        server: BillingServer,
        customer: str,
        plan: str,
        how: Collect = "invoice",
        **agreed: int,
    ) -> Subscribing:
        return Subscribing(customer, terms(plan, **agreed), server.prices(), how, 14)

    def test_what_is_offered_twice_is_there_once_and_a_price_can_change(self) -> None:
        server = self._ready()
        server.offer(HOSTED)
        before = server.prices()
        assert before["leadengine_hosted_monthly"].amount == Money(minor=500_000)
        assert before["leadengine_hosted_monthly"].monthly
        assert not before["leadengine_self_hosted_setup"].monthly
        server.set_price(HOSTED, "leadengine_hosted_monthly", Money(minor=510_000), monthly=True)
        after = server.prices()
        assert after["leadengine_hosted_monthly"].amount == Money(minor=510_000)
        assert after["leadengine_hosted_monthly"].id != before["leadengine_hosted_monthly"].id
        assert after.keys() == before.keys()

    def test_the_same_key_makes_one_customer(self) -> None:
        server = self.server()
        made = server.add_customer("acme", "Acme", "ann@acme.test", "key-1")
        assert server.add_customer("acme", "Acme", "ann@acme.test", "key-1") == made
        assert made == CustomerRecord(id=made.id, client="acme", email="ann@acme.test")
        assert list(server.all(Kind.CUSTOMER)) == [made] == [server.read(Kind.CUSTOMER, made.id)]

    def test_a_subscription_by_bill_is_paid_by_bill(self) -> None:
        server = self._ready()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        order = self._order(server, customer, "self-hosted")
        made = server.subscribe(order, "key-2")
        assert server.subscribe(order, "key-2") == made
        found = server.read(Kind.SUBSCRIPTION, made)
        assert isinstance(found, SubscriptionRecord)
        assert (found.status, found.plan) == ("active", "self-hosted")
        assert found.monthly == Money(minor=200_000)
        (bill,) = server.all(Kind.INVOICE)
        assert isinstance(bill, InvoiceRecord)
        assert (bill.status, bill.total, bill.subscription) == (
            "open",
            Money(minor=1_200_000),
            made,
        )
        assert bill.due_at == bill.created + 14 * 86_400
        self.customers().pay(bill.id)
        paid = server.read(Kind.INVOICE, bill.id)
        assert isinstance(paid, InvoiceRecord)
        assert (paid.status, paid.paid, paid.overdue_from) == ("paid", 1_200_000, None)
        assert [each.id for each in server.all(Kind.PAYMENT)]

    def test_an_agreed_price_is_charged(self) -> None:
        server = self._ready()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        order = self._order(server, customer, "enterprise", monthly=1_234_500, setup=99)
        found = server.read(Kind.SUBSCRIPTION, server.subscribe(order, "key-2"))
        assert isinstance(found, SubscriptionRecord)
        assert found.monthly == Money(minor=1_234_500)
        (bill,) = server.all(Kind.INVOICE)
        assert isinstance(bill, InvoiceRecord)
        assert bill.total.minor == 1_234_599

    def test_a_card_that_is_declined_at_first_makes_no_subscription(self) -> None:
        server = self._ready()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        order = self._order(server, customer, "hosted", "card")
        with pytest.raises(DeclinedError):
            server.subscribe(order, "key-2")
        assert list(server.all(Kind.SUBSCRIPTION)) == []
        self.customers().leave_card(customer)
        made = server.subscribe(order, "key-3")
        (bill,) = server.all(Kind.INVOICE)
        assert isinstance(bill, InvoiceRecord)
        assert (bill.status, bill.subscription) == ("paid", made)

    def test_a_card_that_is_declined_later_leaves_a_bill(self) -> None:
        server, people = self._ready(), self.customers()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        people.leave_card(customer)
        made = server.subscribe(self._order(server, customer, "hosted", "card"), "key-2")
        people.leave_card(customer, good=False)
        bill = server.read(Kind.INVOICE, people.renew(made))
        assert isinstance(bill, InvoiceRecord)
        assert bill.overdue_from == bill.created
        found = server.read(Kind.SUBSCRIPTION, made)
        assert isinstance(found, SubscriptionRecord)
        assert found.status == "past_due"

    def test_on_a_page_of_the_server_s_somebody_subscribes_by_paying(self) -> None:
        server, people = self._ready(), self.customers()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        order = self._order(server, customer, "self-hosted", "card")
        made = server.open_checkout(order, "https://panel.test/start/mine", "key-2")
        assert server.open_checkout(order, "https://panel.test/start/mine", "key-2") == made
        assert (made.is_paid, made.is_over, made.subscription) == (False, False, "")
        assert made.url.startswith("http")
        people.pay_at(made.id, good=False)
        assert server.look_at_checkout(made.id) == made
        assert list(server.all(Kind.SUBSCRIPTION)) == [], "nothing is bought before it is paid"
        people.pay_at(made.id)
        done = server.look_at_checkout(made.id)
        assert (done.is_paid, done.is_over) == (True, True)
        found = server.read(Kind.SUBSCRIPTION, done.subscription)
        assert isinstance(found, SubscriptionRecord)
        assert (found.plan, found.monthly) == ("self-hosted", Money(minor=200_000))
        (bill,) = server.all(Kind.INVOICE)
        assert isinstance(bill, InvoiceRecord)
        assert (bill.status, bill.total) == ("paid", Money(minor=1_200_000))

    def test_a_page_on_which_nobody_pays_is_over_after_a_while(self) -> None:
        server, people = self._ready(), self.customers()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        order = self._order(server, customer, "hosted", "card")
        made = server.open_checkout(order, "https://panel.test/start/mine", "key-2")
        people.let_lapse(made.id)
        over = server.look_at_checkout(made.id)
        assert (over.is_paid, over.is_over) == (False, True)
        with pytest.raises(BillingError):
            server.look_at_checkout("cs_nothing")

    def test_what_ends_can_still_be_read_and_what_is_removed_cannot(self) -> None:
        server, people = self._ready(), self.customers()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        made = server.subscribe(self._order(server, customer, "hosted"), "key-2")
        people.leave(made)
        (ended,) = server.all(Kind.SUBSCRIPTION)
        assert isinstance(ended, SubscriptionRecord)
        assert not ended.lives
        people.vanish(customer)
        assert server.read(Kind.CUSTOMER, customer) is None
        assert list(server.all(Kind.CUSTOMER)) == []
        assert server.read(Kind.INVOICE, "in_nothing") is None

    def test_more_than_a_page_is_found(self) -> None:
        server = self.server()
        made = {server.add_customer(f"c{n}", "C", "c@c.test", f"key-{n}").id for n in range(123)}
        assert {each.id for each in server.all(Kind.CUSTOMER)} == made

    def test_usage_is_counted_once_for_each_identifier(self) -> None:
        server = self.server()
        server.add_meter("leadengine_leads", "Leads")
        assert server.meters() == {"leadengine_leads"}
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        event = MeterEvent("day-1", "leadengine_leads", customer, 7, 1_790_000_000)
        server.count(event)
        server.count(event)
        server.count(MeterEvent("day-2", "leadengine_leads", customer, 5, 1_790_000_000))
        assert self.counted() == 12

    def test_a_portal_is_a_link_for_a_customer(self) -> None:
        server = self.server()
        customer = server.add_customer("acme", "Acme", "ann@acme.test", "key-1").id
        assert server.portal(customer, "https://leads.acme.test/").startswith("https://")
        with pytest.raises(BillingError):
            server.portal("cus_nobody", "https://leads.acme.test/")
