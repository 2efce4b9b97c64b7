"""A payment server that is only pretended: one file. For tests, documents, and trying billing out.

It keeps the contract, and what happens at a real one without us (bills are paid, cards declined) is done to
it by `MemoryCustomers`.
"""

import fcntl
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from leadengine_ctl.billing.base import (
    BillingError,
    Checkout,
    Collect,
    DeclinedError,
    MeterEvent,
    Price,
    Subscribing,
)
from leadengine_ctl.billing.memory_state import OpenedCheckout, State
from leadengine_ctl.billing.plans import Tier
from leadengine_ctl.fleet.billing_records import (
    CustomerRecord,
    InvoiceRecord,
    Kind,
    Money,
    PaymentRecord,
    Record,
    SubscriptionRecord,
)

MONTH = 30 * 86_400


class MemoryBilling:
    """One account."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock

    def prices(self) -> dict[str, Price]:
        return dict(self.look().prices)

    def offer(self, tier: Tier) -> None:
        with self.change() as state:
            state.products[tier.product] = tier.title

    def set_price(self, tier: Tier, lookup: str, amount: Money, *, monthly: bool) -> None:
        with self.change() as state:
            if tier.product not in state.products:
                raise BillingError(f"There is no product {tier.product}")
            state.prices[lookup] = Price(new_id("price"), tier.product, amount, monthly)

    def meters(self) -> frozenset[str]:
        return frozenset(self.look().meters)

    def add_meter(self, meter: str, title: str) -> None:
        with self.change() as state:
            state.meters[meter] = title

    def add_customer(self, client: str, name: str, email: str, key: str) -> CustomerRecord:
        with self.change() as state:
            if key not in state.keys:
                made = CustomerRecord(id=new_id("cus"), client=client, email=email)
                state.keys[key] = made.id
                state.put(made, "customer.created")
            found = state.get(Kind.CUSTOMER, state.keys[key])
        if not isinstance(found, CustomerRecord):
            raise BillingError("The customer was removed")
        return found

    def subscribe(self, order: Subscribing, key: str) -> str:
        with self.change() as state:
            if key in state.keys:
                return state.keys[key]
            if state.get(Kind.CUSTOMER, order.customer) is None:
                raise BillingError(f"There is no customer {order.customer}")
            if order.collect == "card" and order.customer not in state.cards:
                raise DeclinedError("The card was declined", "", "")
            made = self.make(state, order)
            state.keys[key] = made
        return made

    def open_checkout(self, order: Subscribing, back: str, key: str) -> Checkout:
        with self.change() as state:
            if key not in state.keys:
                if state.get(Kind.CUSTOMER, order.customer) is None:
                    raise BillingError(f"There is no customer {order.customer}")
                made = new_id("cs")
                state.keys[key] = made
                state.checkouts[made] = OpenedCheckout(
                    customer=order.customer,
                    plan=order.terms.tier.name,
                    monthly=order.terms.monthly,
                    setup=order.terms.setup,
                    back=back,
                )
            return state.checkout(state.keys[key])

    def look_at_checkout(self, key: str) -> Checkout:
        state = self.look()
        if key not in state.checkouts:
            raise BillingError(f"There is no checkout {key}")
        return state.checkout(key)

    def read(self, kind: Kind, key: str) -> Record | None:
        return self.look().get(kind, key)

    def all(self, kind: Kind) -> Iterator[Record]:
        yield from self.look().all(kind)

    def count(self, event: MeterEvent) -> None:
        with self.change() as state:
            if event.meter not in state.meters:
                raise BillingError(f"There is no meter {event.meter}")
            state.counted.setdefault(event.identifier, event)

    def portal(self, customer: str, back: str) -> str:
        if self.look().get(Kind.CUSTOMER, customer) is None:
            raise BillingError(f"There is no customer {customer}")
        return f"https://billing.test/session/{secrets.token_urlsafe(12)}"

    # What happens inside of the server.

    def now(self) -> int:
        return int(self._clock())

    def make(self, state: State, order: Subscribing) -> str:
        """A subscription with its first bill; its id."""
        made = SubscriptionRecord(
            id=new_id("sub"),
            customer=order.customer,
            status="active",
            plan=order.terms.tier.name,
            monthly=order.terms.monthly,
            period_end=self.now() + MONTH,
        )
        state.collect[made.id] = order.collect
        state.due_days[made.id] = order.due_days
        state.put(made, "customer.subscription.created")
        setup = order.terms.setup
        self.bill(state, made, order.terms.monthly.minor + (setup.minor if setup else 0))
        return made.id

    def bill(self, state: State, subscription: SubscriptionRecord, total: int) -> InvoiceRecord:
        """Make an invoice, and take the money where a card is charged."""
        collect: Collect = state.collect[subscription.id]
        now = self.now()
        due = now + state.due_days[subscription.id] * 86_400 if collect == "invoice" else None
        bill = InvoiceRecord(
            id=new_id("in"),
            customer=subscription.customer,
            subscription=subscription.id,
            status="open",
            total=Money(minor=total),
            paid=0,
            created=now,
            number=f"LE-{len(state.objects[Kind.INVOICE]) + 1:04}",
            due_at=due,
        )
        state.put(bill, "invoice.finalized")
        if collect == "card":
            self.charge(state, bill)
        return bill

    def charge(self, state: State, bill: InvoiceRecord) -> None:
        """Try the customer's card."""
        good = bill.customer in state.cards
        payment = PaymentRecord(
            id=new_id("pi"),
            customer=bill.customer,
            status="succeeded" if good else "requires_payment_method",
            amount=bill.total,
            created=self.now(),
        )
        state.put(payment, "payment_intent.succeeded" if good else "payment_intent.payment_failed")
        if good:
            paid = bill.model_copy(update={"status": "paid", "paid": bill.total.minor})
            state.put(paid, "invoice.paid")
        else:
            state.put(bill, "invoice.payment_failed")
            state.set_status(bill.subscription, "past_due")

    @contextmanager
    def change(self) -> Iterator[State]:
        """The state, kept when the block ends well."""
        with self._locked():
            state = self._read()
            yield state
            draft = self._path.with_suffix(".new")
            draft.write_text(state.model_dump_json(), encoding="utf-8")
            draft.replace(self._path)

    def look(self) -> State:
        """The state, to read."""
        with self._locked():
            return self._read()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self) -> State:
        if not self._path.exists():
            return State()
        return State.model_validate_json(self._path.read_text(encoding="utf-8"))


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
