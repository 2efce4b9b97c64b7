"""Records as Stripe's API of today shows them, and its forms as values."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from leadengine_ctl.billing.base import Checkout, Price
from leadengine_ctl.billing.stripe_words import CLIENT, PLAN
from leadengine_ctl.fleet.billing_records import (
    CustomerRecord,
    InvoiceRecord,
    Kind,
    PaymentRecord,
    Record,
    SubscriptionRecord,
)

OBJECTS = {
    Kind.CUSTOMER: "customer",
    Kind.SUBSCRIPTION: "subscription",
    Kind.INVOICE: "invoice",
    Kind.PAYMENT: "payment_intent",
}


def values_of(text: str) -> dict[str, Any]:
    """`items[0][price]=p` becomes `{"items": {"0": {"price": "p"}}}`."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        place, *path = [part for part in re.split(r"[\[\]]+", name) if part]
        inner = found
        for part in path:
            inner = inner.setdefault(place, {})
            place = part
        inner[place] = value
    return found


def customer(record: CustomerRecord) -> dict[str, Any]:
    metadata = {CLIENT: record.client} if record.client else {}
    return {"email": record.email or None, "metadata": metadata, "balance": 0}


def subscription(record: SubscriptionRecord) -> dict[str, Any]:
    assert record.monthly is not None
    price = {
        "id": "price_of_it",
        "object": "price",
        "unit_amount": record.monthly.minor,
        "currency": record.monthly.currency,
        "recurring": {"interval": "month", "interval_count": 1},
    }
    item = {"object": "subscription_item", "price": price, "quantity": 1}
    item["current_period_end"] = record.period_end
    return {
        "customer": record.customer,
        "status": record.status,
        "metadata": {PLAN: record.plan},
        "items": {"object": "list", "data": [item], "has_more": False},
        "cancel_at_period_end": record.leaves,
        "cancel_at": None,
    }


def invoice(record: InvoiceRecord) -> dict[str, Any]:
    return {
        "customer": record.customer,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": record.subscription, "metadata": {}},
        },
        "status": record.status,
        "total": record.total.minor,
        "currency": record.total.currency,
        "amount_paid": record.paid,
        "created": record.created,
        "number": record.number or None,
        "due_date": record.due_at,
    }


def payment(record: PaymentRecord) -> dict[str, Any]:
    return {
        "customer": record.customer,
        "status": record.status,
        "amount": record.amount.minor,
        "currency": record.amount.currency,
        "created": record.created,
    }


def checkout(found: Checkout) -> dict[str, Any]:
    status = ("complete" if found.is_paid else "expired") if found.is_over else "open"
    return {
        "id": found.id,
        "object": "checkout.session",
        "url": found.url or None,
        "status": status,
        "payment_status": "paid" if found.is_paid else "unpaid",
        "subscription": found.subscription or None,
    }


_WRITERS: dict[Kind, Callable[..., dict[str, Any]]] = {
    Kind.CUSTOMER: customer,
    Kind.SUBSCRIPTION: subscription,
    Kind.INVOICE: invoice,
    Kind.PAYMENT: payment,
}


def shown(kind: Kind, record: Record) -> dict[str, Any]:
    return {"id": record.id, "object": OBJECTS[kind], "livemode": False, **_WRITERS[kind](record)}


def price(lookup: str, found: Price) -> dict[str, Any]:
    return {
        "id": found.id,
        "object": "price",
        "active": True,
        "lookup_key": lookup,
        "product": found.product,
        "unit_amount": found.amount.minor,
        "currency": found.amount.currency,
        "recurring": {"interval": "month", "interval_count": 1} if found.monthly else None,
    }
