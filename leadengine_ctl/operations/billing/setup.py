"""The tiers as products and prices at the payment server."""

from leadengine_ctl.billing.base import BillingServer, Price
from leadengine_ctl.billing.plans import METERS, TIERS, Tier
from leadengine_ctl.fleet.billing_records import Money
from leadengine_ctl.operations.base import World


def set_up(world: World, server: BillingServer) -> tuple[str, ...]:
    """Make what is missing, and sell at today's prices; what was changed, a sentence each.

    Raises:
        BillingError: the server refused.
    """
    done = []
    known = server.prices()
    for tier in TIERS.values():
        server.offer(tier)
        for lookup, (amount, monthly) in tier.prices().items():
            if words := _differs(tier, lookup, amount, known.get(lookup)):
                server.set_price(tier, lookup, amount, monthly=monthly)
                done.append(words)
    for meter in sorted(METERS.keys() - server.meters()):
        server.add_meter(meter, METERS[meter])
        done.append(f"{METERS[meter]} are counted.")
    if done:
        world.record("billing.setup", "prices", detail=" ".join(done)[:500])
    return tuple(done)


def _differs(tier: Tier, lookup: str, amount: Money, price: Price | None) -> str:
    part = "a month" if lookup.endswith("_monthly") else "for setting up"
    if price is None:
        return f"{tier.title}: {amount} {part}."
    if price.amount != amount or price.product != tier.product:
        return f"{tier.title}: {amount} {part}, instead of {price.amount}."
    return ""
