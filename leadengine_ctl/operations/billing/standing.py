"""What each client's stack is to be by what was paid; every change stands in the audit trail."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from leadengine_ctl.billing.dunning import Patience, Standing, Verdict, judge
from leadengine_ctl.fleet.billing_records import (
    CustomerRecord,
    InvoiceRecord,
    Kind,
    Record,
    SubscriptionRecord,
)
from leadengine_ctl.operations.base import World


@dataclass(frozen=True)
class Changed:
    """A client whose standing is another one now."""

    client: str
    before: str
    now: Verdict


def verdict_of(world: World, client: str, now: float | None = None) -> Verdict:
    """How a client stands, by the books."""
    books = world.store.books
    customers = [each for each, owner in books.owners().items() if owner == client]
    bought = books.of_customers(Kind.SUBSCRIPTION, customers)
    return _judge(world, (*bought, *books.of_customers(Kind.INVOICE, customers)), now)


def settle(world: World, now: float | None = None) -> tuple[Changed, ...]:
    """Note each standing that is another one now.

    Nothing is done to a stack by this: what is noted is what it is to be (`telling.py` tells it).
    """
    known = {each.client: each for each in world.store.standings.all()}
    bought = _by_client(world)
    changed = []
    for client in sorted(bought.keys() | known.keys()):
        verdict, before = _judge(world, bought.get(client, ()), now), known.get(client)
        if before and before.standing == verdict.standing:
            if before.why != verdict.why:
                world.store.standings.say(client, verdict.why)
            continue
        if before is None and verdict.standing is Standing.NONE:
            continue
        old = before.standing if before else None
        if world.store.standings.change(client, old, verdict.standing, verdict.why):
            words = f"{old or Standing.NONE} → {verdict.standing}: {verdict.why}"
            world.record("billing.standing", client, detail=words)
            changed.append(Changed(client, old or Standing.NONE, verdict))
    return tuple(changed)


def _by_client(world: World) -> dict[str, list[Record]]:
    """Subscriptions and bills of each client that ever was a customer, from the books in one go."""
    books = world.store.books
    clients = {customer: client for customer, client in books.owners().items() if client}
    found: dict[str, list[Record]] = {client: [] for client in clients.values()}
    for kind in (Kind.SUBSCRIPTION, Kind.INVOICE):
        for each in books.all(kind).values():
            if not isinstance(each, CustomerRecord) and each.customer in clients:
                found[clients[each.customer]].append(each)
    return found


def _judge(world: World, bought: Iterable[Record], now: float | None) -> Verdict:
    records, settings = tuple(bought), world.settings
    return judge(
        [each for each in records if isinstance(each, SubscriptionRecord)],
        [each for each in records if isinstance(each, InvoiceRecord)],
        Patience(settings.billing_grace_days, settings.billing_read_only_days),
        time.time() if now is None else now,
    )
