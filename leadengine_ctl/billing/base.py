"""The contract of every server that takes money for us.

The server is the truth: our books follow it. Every call returns when the server has answered, within half a
minute. A call that changes something may be repeated with the same `key`: the server does it once. Reads give
what the server knows at this moment. Nothing secret stands in an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from leadengine_ctl.billing.plans import Terms, Tier
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.billing_records import CustomerRecord, Kind, Money, Record

Collect = Literal["invoice", "card"]
"""`invoice`: a bill is sent and has to be paid in time; `card`: what the customer left is charged."""


class BillingError(LeadEngineError):
    """The payment server refused, or its answer makes no sense."""


class UnreachableError(BillingError):
    """Nobody knows whether it was done; the same call with the same key can be made again."""


class NotUnderstoodError(BillingError):
    """An object has not the shape that the server's documentation says: asking again does not help."""


class DeclinedError(BillingError):
    """The customer's money was not to be had; nothing was bought."""


@dataclass(frozen=True)
class Price:
    """A price that the server has under one of our lookup keys."""

    id: str
    product: str
    amount: Money
    monthly: bool


@dataclass(frozen=True)
class Subscribing:
    """An order for a subscription.

    Attributes:
        prices: lookup key -> price, of what the server knows.
        due_days: how long a bill may wait.
    """

    customer: str
    terms: Terms
    prices: Mapping[str, Price]
    collect: Collect
    due_days: int


@dataclass(frozen=True)
class Checkout:
    """A page of the server's on which somebody subscribes and pays.

    Attributes:
        url: empty once it is over.
        subscription: that was made there; empty: none yet.
        is_paid: True: the first bill is.
        is_over: True: nobody can pay there any more.
    """

    id: str
    url: str
    subscription: str = ""
    is_paid: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class MeterEvent:
    """Usage. The server adds up what it is told; an identifier it knows is not counted again.

    Attributes:
        at: a moment of the day that it was used on.
    """

    identifier: str
    meter: str
    customer: str
    value: int
    at: int


class BillingServer(Protocol):
    """A server that takes money.

    Raises (every method):
        UnreachableError: there was no answer, or none that counts.
        BillingError: it refused.
    """

    def prices(self) -> dict[str, Price]:
        """Lookup key -> price, of those that are ours and still sold."""
        ...

    def offer(self, tier: Tier) -> None:
        """Make the tier's product, unless it exists."""
        ...

    def set_price(self, tier: Tier, lookup: str, amount: Money, *, monthly: bool) -> None:
        """Sell a product for an amount from now on; whoever bought for another keeps theirs."""
        ...

    def meters(self) -> frozenset[str]:
        """The event names of the meters that there are."""
        ...

    def add_meter(self, meter: str, title: str) -> None: ...

    def add_customer(self, client: str, name: str, email: str, key: str) -> CustomerRecord: ...

    def subscribe(self, order: Subscribing, key: str) -> str:
        """Let a customer subscribe; the id of the subscription.

        Raises:
            DeclinedError: the first payment was declined, and there is no subscription.
        """
        ...

    def open_checkout(self, order: Subscribing, back: str, key: str) -> Checkout:
        """A page on which a customer subscribes by card; nothing is bought before they pay there.

        Args:
            back: where the page leads to afterwards, paid or not.
        """
        ...

    def look_at_checkout(self, key: str) -> Checkout:
        """How far such a page is."""
        ...

    def read(self, kind: Kind, key: str) -> Record | None:
        """One object as it is now; None: there is none, or none any more."""
        ...

    def all(self, kind: Kind) -> Iterator[Record]:
        """Every object of a kind, also those of other businesses in the account."""
        ...

    def count(self, event: MeterEvent) -> None:
        """Tell of usage."""
        ...

    def portal(self, customer: str, back: str) -> str:
        """A link, good for minutes, by which whoever has it sees and pays the customer's bills.

        Args:
            back: where the page leads back to.
        """
        ...
