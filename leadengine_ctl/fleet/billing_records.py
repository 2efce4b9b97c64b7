"""What our books know of customers, subscriptions, invoices and payments.

Amounts are integers in the smallest unit of their currency: pence, cents. Times are seconds since 1970, as
the payment server gives them. A record holds what both sides have to agree on, and nothing else.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from leadengine_agent.values import Frozen

Currency = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}$")]


class Money(Frozen):
    """An amount: 500,000 pence are `Money(minor=500_000)`."""

    minor: Annotated[int, Field(ge=0)]
    currency: Currency = "gbp"

    def __str__(self) -> str:
        whole, part = divmod(self.minor, 100)
        sign = {"gbp": "£", "eur": "€", "usd": "$"}.get(self.currency, f"{self.currency.upper()} ")
        return f"{sign}{whole:,}.{part:02}" if part else f"{sign}{whole:,}"


class Kind(StrEnum):
    """What the books hold, in an order in which nothing comes before what it refers to."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    PAYMENT = "payment"


class CustomerRecord(Frozen):
    """`client`: which of ours; empty: the customer is of another business in the same account."""

    id: str
    client: str
    email: str = ""


class SubscriptionRecord(Frozen):
    """What a customer pays for.

    Attributes:
        status: in the words of Stripe: `active`, `past_due`, `canceled`, …
        plan: a tier of ours; empty: it was made elsewhere.
        monthly: the sum of its parts; None: it is not of one currency, or not by the month.
        period_end: until when it is paid for.
        leaves: True: it ends with the period.
    """

    id: str
    customer: str
    status: str
    plan: str = ""
    monthly: Money | None = None
    period_end: int | None = None
    leaves: bool = False

    @property
    def lives(self) -> bool:
        return self.status not in {"canceled", "incomplete_expired"}


class InvoiceRecord(Frozen):
    """`status`: `draft`, `open`, `paid`, `uncollectible` or `void`. `due_at` None: it is charged at once."""

    id: str
    customer: str
    status: str
    total: Money
    paid: int
    created: int
    subscription: str = ""
    number: str = ""
    due_at: int | None = None

    @property
    def overdue_from(self) -> int | None:
        """From when on it should have been paid; None: it need not be."""
        owed = self.status in {"open", "uncollectible"} and self.paid < self.total.minor
        return (self.due_at or self.created) if owed else None


class PaymentRecord(Frozen):
    """An attempt to take money; `status` in the words of Stripe: `succeeded`, `canceled`, …"""

    id: str
    customer: str
    status: str
    amount: Money
    created: int


Record = CustomerRecord | SubscriptionRecord | InvoiceRecord | PaymentRecord

RECORDS: dict[Kind, type[Record]] = {
    Kind.CUSTOMER: CustomerRecord,
    Kind.SUBSCRIPTION: SubscriptionRecord,
    Kind.INVOICE: InvoiceRecord,
    Kind.PAYMENT: PaymentRecord,
}


class EventRecord(Frozen):
    """A message of the payment server: it says what to look at, and is never believed beyond that.

    Attributes:
        kind, object: what it is about; `kind` empty: nothing that the books hold.
    """

    id: str
    type: str
    kind: str
    object: str


class StandingRecord(Frozen):
    """What a client's stack is to be, by what was paid: `good`, `grace`, `read-only`, …

    Attributes:
        told: what its stack was told last, at `told_at`: `good`, `read-only` or `suspended`; empty: nothing.
        tried_at: when telling it was begun last.
    """

    client: str
    standing: str
    why: str
    since: float
    told: str = ""
    told_at: float | None = None
    tried_at: float | None = None


class UsageLine(Frozen):
    """How much of a day's usage the payment server was told. `sending`: the total on its way there."""

    client: str
    day: str
    meter: str
    told: int
    sending: int | None = None
    sending_since: float | None = None
