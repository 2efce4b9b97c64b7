"""Stripe's objects as records of ours, and our orders in Stripe's words.

Where its API changed the place of a value, the new place is looked at first, then the old one.
"""

from collections.abc import Callable
from typing import Any

from leadengine_ctl.billing.base import Checkout, Price, Subscribing
from leadengine_ctl.fleet.billing_records import (
    CustomerRecord,
    InvoiceRecord,
    Kind,
    Money,
    PaymentRecord,
    Record,
    SubscriptionRecord,
)

CLIENT = "leadengine_client"
PLAN = "leadengine_plan"
"""Under these names our words stand in Stripe's metadata."""


def record(kind: Kind, found: dict[str, Any]) -> Record | None:
    """An object as the books hold it; None: it was deleted."""
    if found.get("deleted"):
        return None
    return _READERS[kind](found)


def price(found: dict[str, Any]) -> tuple[str, Price]:
    """The lookup key of a price (empty: it has none), and the price."""
    amount = Money(minor=found["unit_amount"] or 0, currency=found["currency"])
    again = found.get("recurring") or {}
    monthly = again.get("interval") == "month" and again.get("interval_count", 1) == 1
    return found.get("lookup_key") or "", Price(found["id"], found["product"], amount, monthly)


def subscription_order(order: Subscribing) -> dict[str, Any]:
    """What is asked of Stripe.

    Where a card is charged, a first payment that fails makes no subscription at all.
    """
    tier, terms = order.terms.tier, order.terms
    wanted: dict[str, Any] = {
        "customer": order.customer,
        "metadata": {PLAN: tier.name},
        "items": [_item(order, tier.key("monthly"), terms.monthly, monthly=True)],
    }
    if terms.setup:
        wanted["add_invoice_items"] = [_item(order, tier.key("setup"), terms.setup, monthly=False)]
    if order.collect == "invoice":
        wanted |= {"collection_method": "send_invoice", "days_until_due": order.due_days}
    else:
        wanted["payment_behavior"] = "error_if_incomplete"
    return wanted


def checkout_order(order: Subscribing, back: str) -> dict[str, Any]:
    """What is asked of Stripe for a page on which somebody subscribes."""
    tier, terms = order.terms.tier, order.terms
    parts = [_item(order, tier.key("monthly"), terms.monthly, monthly=True)]
    if terms.setup:
        parts.append(_item(order, tier.key("setup"), terms.setup, monthly=False))
    return {
        "mode": "subscription",
        "customer": order.customer,
        "line_items": [{**each, "quantity": 1} for each in parts],
        "subscription_data": {"metadata": {PLAN: tier.name}},
        "success_url": back,
        "cancel_url": back,
    }


def checkout(found: dict[str, Any]) -> Checkout:
    """A page as it is now."""
    return Checkout(
        id=found["id"],
        url=found.get("url") or "",
        subscription=_id(found.get("subscription")),
        is_paid=found["status"] == "complete" and found["payment_status"] != "unpaid",
        is_over=found["status"] != "open",
    )


def _item(order: Subscribing, lookup: str, amount: Money, *, monthly: bool) -> dict[str, Any]:
    """A part of it: by the price under our key, or by an amount that was agreed."""
    known = order.prices.get(lookup)
    if known and known.amount == amount:
        return {"price": known.id}
    data: dict[str, Any] = {
        "product": order.terms.tier.product,
        "currency": amount.currency,
        "unit_amount": amount.minor,
    }
    if monthly:
        data["recurring"] = {"interval": "month"}
    return {"price_data": data}


def _customer(found: dict[str, Any]) -> CustomerRecord:
    client = (found.get("metadata") or {}).get(CLIENT, "")
    return CustomerRecord(id=found["id"], client=client, email=found.get("email") or "")


def _subscription(found: dict[str, Any]) -> SubscriptionRecord:
    items = found["items"]["data"]
    ends = [each.get("current_period_end") for each in items] or [None]
    return SubscriptionRecord(
        id=found["id"],
        customer=_id(found["customer"]),
        status=found["status"],
        plan=(found.get("metadata") or {}).get(PLAN, ""),
        monthly=_monthly(items),
        period_end=ends[0] or found.get("current_period_end"),
        leaves=bool(found.get("cancel_at_period_end") or found.get("cancel_at")),
    )


def _monthly(items: list[dict[str, Any]]) -> Money | None:
    """The sum of its parts, where each is by the month and all are of one currency."""
    total, currencies = 0, set()
    for each in items:
        part = each.get("price") or each["plan"]
        again = part.get("recurring") or part
        amount = part.get("unit_amount", part.get("amount"))
        if again.get("interval") != "month" or again.get("interval_count", 1) != 1:
            return None
        if amount is None:
            continue
        total += amount * (each.get("quantity") or 1)
        currencies.add(part["currency"])
    return Money(minor=total, currency=currencies.pop()) if len(currencies) == 1 else None


def _invoice(found: dict[str, Any]) -> InvoiceRecord:
    parent = (found.get("parent") or {}).get("subscription_details") or {}
    return InvoiceRecord(
        id=found["id"],
        customer=_id(found["customer"]),
        subscription=_id(parent.get("subscription") or found.get("subscription")),
        status=found["status"] or "draft",
        total=Money(minor=max(0, found["total"]), currency=found["currency"]),
        paid=found["amount_paid"],
        created=found["created"],
        number=found.get("number") or "",
        due_at=found.get("due_date"),
    )


def _payment(found: dict[str, Any]) -> PaymentRecord:
    return PaymentRecord(
        id=found["id"],
        customer=_id(found.get("customer")),
        status=found["status"],
        amount=Money(minor=found["amount"], currency=found["currency"]),
        created=found["created"],
    )


def _id(value: Any) -> str:
    """An object's id, whether it stands there or the whole object."""
    return str(value["id"]) if isinstance(value, dict) else str(value or "")


_READERS: dict[Kind, Callable[[dict[str, Any]], Record]] = {
    Kind.CUSTOMER: _customer,
    Kind.SUBSCRIPTION: _subscription,
    Kind.INVOICE: _invoice,
    Kind.PAYMENT: _payment,
}
