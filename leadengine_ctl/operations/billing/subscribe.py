"""A client subscribes: one customer and one subscription there, however often it is asked for."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from leadengine_ctl.billing.base import BillingServer, Collect, Price, Subscribing
from leadengine_ctl.billing.plans import Terms, terms
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.fleet.billing_records import CustomerRecord, Kind, Money, SubscriptionRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.following import follow
from leadengine_ctl.operations.billing.payers import Payer, find_payer
from leadengine_ctl.operations.billing.standing import settle
from leadengine_ctl.operations.lock import client_lock


@dataclass(frozen=True)
class Offer:
    """What is about to be bought, to be shown before."""

    client: Payer
    terms: Terms
    collect: Collect

    @property
    def first(self) -> Money:
        """The first bill."""
        monthly, setup = self.terms.monthly, self.terms.setup
        return Money(minor=monthly.minor + (setup.minor if setup else 0), currency=monthly.currency)


def make_offer(
    world: World, client: str, plan: str | None, agreed: tuple[int | None, int | None], how: Collect
) -> Offer:
    """What a client would pay; nothing is asked of the server.

    Args:
        plan: None: the client's own.
        agreed: pence for a month and for setting up; None: the tier's own.

    Raises:
        NotFoundError: there is no such client.
        UsageError: there is no such plan, or its price is missing.
    """
    payer = find_payer(world, client)
    return Offer(payer, terms(plan or payer.plan, *agreed), how)


def subscribe(world: World, server: BillingServer, offer: Offer) -> tuple[SubscriptionRecord, bool]:
    """Let it subscribe; the subscription, and True when it is new.

    It can be killed or fail anywhere: the same again looks first what the server has, and goes on.

    Raises:
        NotAllowedError: the client has another subscription, or there are no prices yet.
        DeclinedError: the first payment was declined; there is no subscription.
        LockedError: somebody else is at it.
        BillingError: the server refused or did not answer.
    """
    client = offer.client.slug
    with client_lock(world.settings.data_folder / "billing-locks", client, world.actor):
        prices = server.prices()
        _check_prices(offer, prices)
        customer = _customer(world, server, offer.client)
        known = _living(server, customer.id)
        if known:
            _check_same(offer, known)
            made = known[0].id
        else:
            made = _buy(world, server, offer, customer.id, prices)
        found = follow_all(world, server, made, customer.id)
        settle(world)
        if not known:
            words = f"{offer.terms.tier.name}, {offer.terms.monthly} a month"
            world.record("billing.subscribe", client, detail=words)
        return found, not known


def _check_prices(offer: Offer, prices: dict[str, Price]) -> None:
    tier = offer.terms.tier
    for lookup, (amount, _) in tier.prices().items():
        if lookup not in prices or prices[lookup].amount != amount:
            raise NotAllowedError(
                f"{tier.title} is not for sale yet",
                "The payment server does not have its price of today.",
                "Run: lectl billing setup",
            )


def _customer(world: World, server: BillingServer, client: Payer) -> CustomerRecord:
    """The client's customer, found or made."""
    found = [
        each
        for each in server.all(Kind.CUSTOMER)
        if isinstance(each, CustomerRecord) and each.client == client.slug
    ]
    if len(found) > 1:
        raise NotAllowedError(
            f"{client.slug} is {len(found)} customers at the payment server",
            f"They are {', '.join(each.id for each in found)}.",
            "Remove there the one that nobody needs.",
        )
    if not found:
        # Two machines that ask in the same minute make one.
        key = f"leadengine-{client.client_id}-{datetime.now(UTC):%Y%m%d%H%M}"
        found = [server.add_customer(client.slug, client.domain, client.email, key)]
    follow(world.store.books, server, Kind.CUSTOMER, found[0].id)
    return found[0]


def _living(server: BillingServer, customer: str) -> list[SubscriptionRecord]:
    return [
        each
        for each in server.all(Kind.SUBSCRIPTION)
        if isinstance(each, SubscriptionRecord) and each.customer == customer and each.lives
    ]


def _check_same(offer: Offer, known: list[SubscriptionRecord]) -> None:
    wanted, has = offer.terms.tier.name, known[0]
    if len(known) > 1 or has.plan != wanted or has.monthly != offer.terms.monthly:
        now = ", ".join(f"{each.plan or each.id} for {each.monthly} a month" for each in known)
        raise NotAllowedError(
            f"{offer.client.slug} has a subscription already",
            f"It pays {now}.",
            "Change or end it at the payment server; the books follow.",
        )


def _buy(
    world: World, server: BillingServer, offer: Offer, customer: str, prices: dict[str, Price]
) -> str:
    order = Subscribing(
        customer, offer.terms, prices, offer.collect, world.settings.billing_due_days
    )
    # By the same key a declined payment would be declined again, with a good card as well.
    return server.subscribe(order, f"leadengine-{secrets.token_hex(16)}")


def follow_all(
    world: World, server: BillingServer, subscription: str, customer: str
) -> SubscriptionRecord:
    """Subscription and bills into the books, without waiting for messages."""
    books = world.store.books
    found = follow(books, server, Kind.SUBSCRIPTION, subscription)
    for kind in (Kind.INVOICE, Kind.PAYMENT):
        for each in server.all(kind):
            if getattr(each, "customer", "") == customer:
                follow(books, server, kind, each.id)
    if not isinstance(found, SubscriptionRecord):
        raise LeadEngineError(
            "The subscription is gone again", "Somebody ended it meanwhile.", "Run it again."
        )
    return found
