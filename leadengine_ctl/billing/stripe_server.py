"""Stripe, by its own library."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import stripe
from pydantic import SecretStr, ValidationError

from leadengine_ctl.billing import stripe_words
from leadengine_ctl.billing.base import (
    BillingError,
    Checkout,
    DeclinedError,
    MeterEvent,
    NotUnderstoodError,
    Price,
    Subscribing,
    UnreachableError,
)
from leadengine_ctl.billing.plans import Tier
from leadengine_ctl.fleet.billing_records import CustomerRecord, Kind, Money, Record

_TIMEOUT = 20
_PAGE = 100

Answer = TypeVar("Answer")


class StripeServer:
    """An account at Stripe.

    Args:
        endpoint: another address than Stripe's own, as for a server that speaks its API.
        retries: how often the library itself repeats a call that was not answered, with the same key.
    """

    def __init__(self, key: SecretStr, endpoint: str | None = None, retries: int = 2) -> None:
        stripe.enable_telemetry = False
        addresses: Any = {"api": endpoint.rstrip("/")} if endpoint else {}
        self._stripe = stripe.StripeClient(
            key.get_secret_value(),
            base_addresses=addresses,
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=_TIMEOUT),
        ).v1
        self._readers: dict[Kind, Any] = {
            Kind.CUSTOMER: self._stripe.customers,
            Kind.SUBSCRIPTION: self._stripe.subscriptions,
            Kind.INVOICE: self._stripe.invoices,
            Kind.PAYMENT: self._stripe.payment_intents,
        }

    def prices(self) -> dict[str, Price]:
        wanted: Any = {"active": True, "limit": _PAGE}
        found = _asked(lambda: list(self._stripe.prices.list(wanted).auto_paging_iter()))
        prices = (stripe_words.price(each.to_dict()) for each in found)
        return {lookup: price for lookup, price in prices if lookup.startswith("leadengine_")}

    def offer(self, tier: Tier) -> None:
        try:
            _asked(lambda: self._stripe.products.retrieve(tier.product))
        except _MissingError:
            wanted: Any = {"id": tier.product, "name": tier.title}
            _asked(lambda: self._stripe.products.create(wanted))

    def set_price(self, tier: Tier, lookup: str, amount: Money, *, monthly: bool) -> None:
        wanted: Any = {
            "product": tier.product,
            "currency": amount.currency,
            "unit_amount": amount.minor,
            "lookup_key": lookup,
            "transfer_lookup_key": True,
        }
        if monthly:
            wanted["recurring"] = {"interval": "month"}
        _asked(lambda: self._stripe.prices.create(wanted))

    def meters(self) -> frozenset[str]:
        wanted: Any = {"status": "active", "limit": _PAGE}
        found = _asked(lambda: list(self._stripe.billing.meters.list(wanted).auto_paging_iter()))
        return frozenset(each.event_name for each in found)

    def add_meter(self, meter: str, title: str) -> None:
        wanted: Any = {
            "event_name": meter,
            "display_name": title,
            "default_aggregation": {"formula": "sum"},
        }
        _asked(lambda: self._stripe.billing.meters.create(wanted))

    def add_customer(self, client: str, name: str, email: str, key: str) -> CustomerRecord:
        wanted: Any = {"name": name, "email": email, "metadata": {stripe_words.CLIENT: client}}
        made = _asked(
            lambda: self._stripe.customers.create(wanted, options={"idempotency_key": key})
        )
        record = stripe_words.record(Kind.CUSTOMER, made.to_dict())
        if not isinstance(record, CustomerRecord):
            raise BillingError("Stripe made a customer and does not know it", "", "Try again.")
        return record

    def subscribe(self, order: Subscribing, key: str) -> str:
        wanted: Any = stripe_words.subscription_order(order)
        made = _asked(
            lambda: self._stripe.subscriptions.create(wanted, options={"idempotency_key": key})
        )
        return made.id

    def open_checkout(self, order: Subscribing, back: str, key: str) -> Checkout:
        wanted: Any = stripe_words.checkout_order(order, back)
        made = _asked(
            lambda: self._stripe.checkout.sessions.create(wanted, options={"idempotency_key": key})
        )
        return stripe_words.checkout(made.to_dict())

    def look_at_checkout(self, key: str) -> Checkout:
        found = _asked(lambda: self._stripe.checkout.sessions.retrieve(key))
        return stripe_words.checkout(found.to_dict())

    def read(self, kind: Kind, key: str) -> Record | None:
        try:
            found = _asked(lambda: self._readers[kind].retrieve(key))
        except _MissingError:
            return None
        return _record(kind, found)

    def all(self, kind: Kind) -> Iterator[Record]:
        wanted: Any = {"limit": _PAGE}
        if kind is Kind.SUBSCRIPTION:
            wanted["status"] = "all"
        found = _asked(lambda: list(self._readers[kind].list(wanted).auto_paging_iter()))
        for each in found:
            if (record := _record(kind, each)) is not None:
                yield record

    def count(self, event: MeterEvent) -> None:
        wanted: Any = {
            "event_name": event.meter,
            "identifier": event.identifier,
            "timestamp": event.at,
            "payload": {"stripe_customer_id": event.customer, "value": str(event.value)},
        }
        try:
            _asked(lambda: self._stripe.billing.meter_events.create(wanted))
        except _KnownError:
            return

    def portal(self, customer: str, back: str) -> str:
        wanted: Any = {"customer": customer, "return_url": back}
        session = _asked(lambda: self._stripe.billing_portal.sessions.create(wanted))
        return str(session.url)


class _MissingError(BillingError):
    """There is no such object."""


class _KnownError(BillingError):
    """The identifier was counted before."""


def _asked(call: Callable[[], Answer]) -> Answer:
    """Stripe's errors as ours. Its messages speak of parameters and ids, never of keys in full."""
    try:
        return call()
    except stripe.CardError as error:
        raise DeclinedError(
            "The payment was declined",
            error.user_message or "",
            "Let the client leave another card: lectl billing portal CLIENT.",
        ) from None
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError):
        raise _unreachable("There was no answer.") from None
    except stripe.AuthenticationError:
        raise BillingError(
            "Stripe does not know the key", "", "Look at LECTL_STRIPE_KEY."
        ) from None
    except stripe.StripeError as error:
        raise _refused(error) from None
    except (ValueError, KeyError, AttributeError):
        raise _unreachable("The answer was none of Stripe's.") from None


def _refused(error: stripe.StripeError) -> BillingError:
    if error.http_status == 404:
        return _MissingError("Stripe has no such object", "", "")
    words = error.user_message or ""
    if error.http_status == 400 and "identifier" in words and "already exists" in words:
        return _KnownError("Stripe has counted it", "", "")
    if error.http_status is None or error.http_status >= 500:
        return _unreachable(f"The answer was {error.http_status}.")
    return BillingError("Stripe refused", words or f"The answer was {error.http_status}.", "")


def _unreachable(why: str) -> UnreachableError:
    return UnreachableError(
        "Stripe did not answer",
        why,
        "Nobody knows whether it was done: run the same command again, it looks first.",
    )


def _record(kind: Kind, found: Any) -> Record | None:
    try:
        return stripe_words.record(kind, found.to_dict())
    except (ValidationError, KeyError, TypeError, AttributeError):
        raise NotUnderstoodError(
            f"Stripe's answer about a {kind} is not understood",
            "It has not the shape that its documentation says.",
            "Report it, with the object's id.",
        ) from None
