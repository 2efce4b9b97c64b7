"""What a client buys, owes and costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from leadengine_ctl.billing.dunning import Verdict
from leadengine_ctl.fleet.billing_records import (
    InvoiceRecord,
    Kind,
    Money,
    PaymentRecord,
    SubscriptionRecord,
)
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.payers import find_payer
from leadengine_ctl.operations.billing.standing import verdict_of
from leadengine_ctl.operations.servers.survey import cost_of

Of = TypeVar("Of")


@dataclass(frozen=True)
class Cost:
    """What a client costs us: a sentence part, and the amount in the currency that it is paid in."""

    what: str
    amount: Money


@dataclass(frozen=True)
class Bill:
    """The page of a client in the books.

    Attributes:
        subscription: the living one, else the last.
        customer: empty: there is none.
        costs: of this month (UTC), as far as they are known; a client of a hosted stack has none of its own.
        told: what its stack was told of it: `good`, `read-only` or `suspended`; empty: nothing.
    """

    client: str
    plan: str
    customer: str
    verdict: Verdict
    subscription: SubscriptionRecord | None
    invoices: tuple[InvoiceRecord, ...]
    payments: tuple[PaymentRecord, ...]
    costs: tuple[Cost, ...]
    told: str = ""


def read_bill(world: World, client: str) -> Bill:
    """Everything the books have of a client; the payment server is not asked.

    Raises:
        NotFoundError: there is no such client.
    """
    payer, books = find_payer(world, client), world.store.books
    standing = world.store.standings.find(client)
    customers = [each for each, owner in books.owners().items() if owner == client]
    bought = _these(SubscriptionRecord, books.of_customers(Kind.SUBSCRIPTION, customers))
    invoices = _these(InvoiceRecord, books.of_customers(Kind.INVOICE, customers))
    payments = _these(PaymentRecord, books.of_customers(Kind.PAYMENT, customers))
    bought.sort(key=lambda each: (each.lives, each.period_end or 0))
    return Bill(
        client=client,
        plan=payer.plan,
        customer=next((each.id for each in books.customers(client)), ""),
        verdict=verdict_of(world, client),
        subscription=bought[-1] if bought else None,
        invoices=tuple(sorted(invoices, key=lambda each: each.created, reverse=True)),
        payments=tuple(sorted(payments, key=lambda each: each.created, reverse=True)),
        costs=tuple(_costs(world, payer.record)) if payer.record else (),
        told=standing.told if standing else "",
    )


def _these(kind: type[Of], records: Iterable[object]) -> list[Of]:
    return [each for each in records if isinstance(each, kind)]


def _costs(world: World, record: ClientRecord) -> Iterable[Cost]:
    month = f"{datetime.now(UTC):%Y-%m}-01"
    micros = sum(each.llm_micros for each in world.store.reports.usage(month, record.slug))
    yield Cost("language model, this month", Money(minor=round(micros / 10_000), currency="usd"))
    part = cost_of(world, record)
    if part.monthly is not None:
        minor = round(part.monthly * 100)
        yield Cost(
            "its part of a server, a month", Money(minor=minor, currency=part.currency.lower())
        )
