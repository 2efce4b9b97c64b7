"""What Stripe's routes do, on the state of a pretended server; a parameter that is not known is refused."""

import re
import secrets
from typing import Any

from leadengine_ctl.billing.base import MeterEvent, Price, Subscribing
from leadengine_ctl.billing.memory import MemoryBilling
from leadengine_ctl.billing.plans import TIERS, Terms, Tier
from leadengine_ctl.billing.stripe_words import CLIENT, PLAN
from leadengine_ctl.fleet.billing_records import Kind, Money, SubscriptionRecord
from tests.unit.billing import stripe_wire

KINDS = {
    "customers": Kind.CUSTOMER,
    "subscriptions": Kind.SUBSCRIPTION,
    "invoices": Kind.INVOICE,
    "payment_intents": Kind.PAYMENT,
}
_BY_PRODUCT = {tier.product: tier for tier in TIERS.values()}


class MissingError(Exception):
    """404."""


def work(server: MemoryBilling, method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
    """One request."""
    answer = _work(server, method, path, values)
    return {**answer, "url": path} if answer["object"] == "list" else answer


def _work(server: MemoryBilling, method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
    if match := re.fullmatch(r"/v1/(\w+)/([\w-]+)", path):
        group, key = match.groups()
        if method == "GET" and group in KINDS:
            return _retrieve(server, KINDS[group], key)
        if method == "GET" and group == "products":
            return _product(server, key)
    if match := re.fullmatch(r"/v1/checkout/sessions/(cs_\w+)", path):
        if match.group(1) not in server.look().checkouts:
            raise MissingError
        return stripe_wire.checkout(server.look_at_checkout(match.group(1)))
    if method == "GET" and path.removeprefix("/v1/") in KINDS:
        return _list_of(server, KINDS[path.removeprefix("/v1/")], values)
    made = _ROUTES.get(f"{method} {path}")
    if made is None:
        message = f"Unrecognized request URL ({method}: {path})"
        raise ValueError(message)
    return made(server, values)


def _only(values: dict[str, Any], *names: str) -> None:
    if unknown := values.keys() - set(names):
        message = f"Received unknown parameter: {sorted(unknown)[0]}"
        raise ValueError(message)


def _retrieve(server: MemoryBilling, kind: Kind, key: str) -> dict[str, Any]:
    found = server.read(kind, key)
    if found is not None:
        return stripe_wire.shown(kind, found)
    if kind is Kind.CUSTOMER and any(each.object == key for each in server.look().happened):
        return {"id": key, "object": "customer", "deleted": True}
    raise MissingError


def _list_of(server: MemoryBilling, kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    """Newest first, a page at a time; ended subscriptions only where all are asked for."""
    _only(values, "limit", "starting_after", "status")
    found = list(server.all(kind))[::-1]
    if kind is Kind.SUBSCRIPTION and values.get("status") != "all":
        found = [each for each in found if isinstance(each, SubscriptionRecord) and each.lives]
    return _page([stripe_wire.shown(kind, each) for each in found], values)


def _page(rows: list[dict[str, Any]], values: dict[str, Any]) -> dict[str, Any]:
    limit = min(int(values.get("limit", 10)), 100)
    after = values.get("starting_after")
    ids = [row["id"] for row in rows]
    start = ids.index(after) + 1 if after else 0
    page = rows[start : start + limit]
    more = start + limit < len(rows)
    return {"object": "list", "data": page, "has_more": more}


def _product(server: MemoryBilling, key: str) -> dict[str, Any]:
    if key not in server.look().products:
        raise MissingError
    return {"id": key, "object": "product", "active": True}


def _make_product(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(values, "id", "name")
    server.offer(Tier(name_of(values["id"]), values["name"], None))
    return {"id": values["id"], "object": "product", "active": True}


def name_of(product: str) -> str:
    return _BY_PRODUCT[product].name


def _prices(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(values, "active", "limit", "starting_after")
    return _page([stripe_wire.price(*each) for each in server.prices().items()], values)


def _make_price(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(
        values,
        *("product", "currency", "unit_amount", "lookup_key", "transfer_lookup_key", "recurring"),
    )
    lookup = values["lookup_key"]
    if lookup in server.prices() and values.get("transfer_lookup_key") != "true":
        message = f"A price with lookup key {lookup} already exists"
        raise ValueError(message)
    amount = Money(minor=int(values["unit_amount"]), currency=values["currency"])
    monthly = values.get("recurring") == {"interval": "month"}
    server.set_price(_BY_PRODUCT[values["product"]], lookup, amount, monthly=monthly)
    return stripe_wire.price(lookup, server.prices()[lookup])


def _make_customer(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(values, "name", "email", "metadata")
    client = values.get("metadata", {}).get(CLIENT, "")
    made = server.add_customer(client, values["name"], values["email"], secrets.token_hex(8))
    return stripe_wire.shown(Kind.CUSTOMER, made)


def _subscribe(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(
        values,
        *("customer", "metadata", "items", "add_invoice_items"),
        *("collection_method", "days_until_due", "payment_behavior"),
    )
    by_bill = values.get("collection_method") == "send_invoice"
    if by_bill != ("days_until_due" in values):
        message = "days_until_due goes with collection_method=send_invoice"
        raise ValueError(message)
    assert by_bill or values["payment_behavior"] == "error_if_incomplete"
    (item,) = values["items"].values()
    once = [_amount(server, each) for each in values.get("add_invoice_items", {}).values()]
    tier = TIERS[values["metadata"][PLAN]]
    terms = Terms(tier, _amount(server, item), once[0] if once else None)
    days, collect = int(values.get("days_until_due", 0)), "invoice" if by_bill else "card"
    order = Subscribing(values["customer"], terms, {}, collect, days)  # type: ignore[arg-type]
    made = server.read(Kind.SUBSCRIPTION, server.subscribe(order, secrets.token_hex(8)))
    assert made is not None
    return stripe_wire.shown(Kind.SUBSCRIPTION, made)


def _amount(server: MemoryBilling, item: dict[str, Any]) -> Money:
    """Of a price that there is, or of one that is made on the spot."""
    if data := item.get("price_data"):
        _only(data, "product", "currency", "unit_amount", "recurring")
        if data["product"] not in server.look().products:
            raise MissingError
        return Money(minor=int(data["unit_amount"]), currency=data["currency"])
    found: Price = next(each for each in server.prices().values() if each.id == item["price"])
    return found.amount


def _meters(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"id": f"mtr_{each}", "object": "billing.meter", "event_name": each, "status": "active"}
        for each in sorted(server.meters())
    ]
    return _page(rows, values)


def _make_meter(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(values, "event_name", "display_name", "default_aggregation")
    assert values["default_aggregation"] == {"formula": "sum"}
    server.add_meter(values["event_name"], values["display_name"])
    return {"id": f"mtr_{values['event_name']}", "object": "billing.meter"}


def _count(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(values, "event_name", "identifier", "timestamp", "payload")
    identifier, payload = values["identifier"], values["payload"]
    if identifier in server.look().counted:
        message = f"An event already exists with identifier {identifier}."
        raise ValueError(message)
    server.count(
        MeterEvent(
            identifier=identifier,
            meter=values["event_name"],
            customer=payload["stripe_customer_id"],
            value=int(payload["value"]),
            at=int(values["timestamp"]),
        )
    )
    return {"object": "billing.meter_event", "identifier": identifier}


def _portal(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(values, "customer", "return_url")
    url = server.portal(values["customer"], values["return_url"])
    return {"id": "bps_1", "object": "billing_portal.session", "url": url}


def _open_checkout(server: MemoryBilling, values: dict[str, Any]) -> dict[str, Any]:
    _only(
        values,
        *("mode", "customer", "line_items", "subscription_data", "success_url", "cancel_url"),
    )
    assert values["mode"] == "subscription"
    items = [each for each in values["line_items"].values() if each["quantity"] == "1"]
    amounts = [_amount(server, each) for each in items]
    tier = TIERS[values["subscription_data"]["metadata"][PLAN]]
    terms = Terms(tier, amounts[0], amounts[1] if len(amounts) > 1 else None)
    order = Subscribing(values["customer"], terms, {}, "card", 0)
    made = server.open_checkout(order, values["success_url"], secrets.token_hex(8))
    return stripe_wire.checkout(made)


_ROUTES = {
    "POST /v1/checkout/sessions": _open_checkout,
    "POST /v1/products": _make_product,
    "GET /v1/prices": _prices,
    "POST /v1/prices": _make_price,
    "POST /v1/customers": _make_customer,
    "POST /v1/subscriptions": _subscribe,
    "GET /v1/billing/meters": _meters,
    "POST /v1/billing/meters": _make_meter,
    "POST /v1/billing/meter_events": _count,
    "POST /v1/billing_portal/sessions": _portal,
}
