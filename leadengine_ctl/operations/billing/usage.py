"""What agents counted is told to the payment server: each day once it is over, and what comes late."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from leadengine_ctl.billing.base import BillingServer, MeterEvent
from leadengine_ctl.fleet.agent_records import UsageRecord
from leadengine_ctl.fleet.billing_records import UsageLine
from leadengine_ctl.operations.base import World

DOUBTFUL = 23 * 3600.0
"""Seconds for which the server surely remembers an identifier: Stripe promises 24 hours."""

_REACH = 30
"""Days that are looked back at: Stripe takes none that is older than 35."""


def tell_usage(world: World, server: BillingServer, today: date | None = None) -> int:
    """Tell what was not told yet; how many messages that were.

    Killed anywhere, it sends the same message with the same identifier again, and the server counts it once.

    Raises:
        BillingError: the server did not answer, or refused.
    """
    now = today or datetime.now(UTC).date()
    since = (now - timedelta(days=_REACH)).isoformat()
    customers = {each.client: each.id for each in world.store.books.customers()}
    told = {(each.client, each.day, each.meter): each for each in world.store.told.all(since)}
    sent = 0
    for used in world.store.reports.usage(since):
        if used.client not in customers or used.day >= now.isoformat():
            continue
        for meter, total in _counted(used):
            key = (used.client, used.day, meter)
            line = told.get(key) or UsageLine(client=used.client, day=used.day, meter=meter, told=0)
            sent += _bring(world, server, customers[used.client], line, total)
    return sent


def _counted(used: UsageRecord) -> Iterator[tuple[str, int]]:
    yield "leadengine_visitors", used.visitors
    yield "leadengine_leads", used.leads
    yield "leadengine_api_calls", used.api_calls


def _bring(world: World, server: BillingServer, customer: str, line: UsageLine, total: int) -> int:
    """Bring the server from what it was told to the total."""
    store, sent = world.store.told, 0
    if line.sending is not None:
        if (line.sending_since or 0) < time.time() - DOUBTFUL:
            return 0
        # Begun before, and nobody knows how far it got: the very same again.
        server.count(_event(world, customer, line, line.sending))
        store.done(line, line.sending)
        line = line.model_copy(update={"told": line.sending, "sending": None})
        sent += 1
    if total > line.told and store.begin(line, total):
        server.count(_event(world, customer, line, total))
        store.done(line, total)
        sent += 1
    return sent


def _event(world: World, customer: str, line: UsageLine, total: int) -> MeterEvent:
    noon = datetime.fromisoformat(f"{line.day}T12:00:00+00:00")
    return MeterEvent(
        identifier=f"{customer}-{line.day}-{line.meter}-{line.told}-{total}",
        meter=line.meter,
        customer=customer,
        value=total - line.told,
        at=int(noon.timestamp()),
    )
