"""What each client's stack is to be by what was paid; every change stands in the audit trail."""

import time
from dataclasses import dataclass

from leadengine_ctl.billing.dunning import Patience, Standing, Verdict, judge
from leadengine_ctl.fleet.billing_records import InvoiceRecord, Kind, SubscriptionRecord
from leadengine_ctl.operations.base import World


@dataclass(frozen=True)
class Changed:
    """A client whose standing is another one now."""

    client: str
    before: str
    now: Verdict


def verdict_of(world: World, client: str, now: float | None = None) -> Verdict:
    """How a client stands, by the books."""
    books, settings = world.store.books, world.settings
    customers = [each.id for each in books.customers(client)]
    subscriptions = books.of_customers(Kind.SUBSCRIPTION, customers)
    invoices = books.of_customers(Kind.INVOICE, customers)
    return judge(
        [each for each in subscriptions if isinstance(each, SubscriptionRecord)],
        [each for each in invoices if isinstance(each, InvoiceRecord)],
        Patience(settings.billing_grace_days, settings.billing_read_only_days),
        time.time() if now is None else now,
    )


def settle(world: World, now: float | None = None) -> tuple[Changed, ...]:
    """Note each standing that is another one now.

    Nothing is done to a stack: what is noted is what it is to be.
    """
    known = {each.client: each for each in world.store.standings.all()}
    clients = {each.client for each in world.store.books.customers()} | known.keys()
    changed = []
    for client in sorted(clients):
        verdict, before = verdict_of(world, client, now), known.get(client)
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
