"""The tiers of the specification and what they cost, as data."""

from dataclasses import dataclass

from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.billing_records import Money

CURRENCY = "gbp"


@dataclass(frozen=True)
class Tier:
    """What is sold.

    Attributes:
        name: a plan of a client.
        monthly: the price of a month; None: agreed with each client.
        setup: paid once, with the first invoice; None: nothing, or agreed with each client.
    """

    name: str
    title: str
    monthly: Money | None
    setup: Money | None = None

    @property
    def product(self) -> str:
        """The product's id at the payment server."""
        return f"leadengine_{self.name.replace('-', '_')}"

    def key(self, part: str) -> str:
        """The lookup key of a price; `part`: `monthly` or `setup`."""
        return f"{self.product}_{part}"

    def prices(self) -> dict[str, tuple[Money, bool]]:
        """Lookup key -> amount, and whether it comes every month."""
        parts = (("monthly", self.monthly, True), ("setup", self.setup, False))
        return {self.key(part): (money, again) for part, money, again in parts if money}


TIERS: dict[str, Tier] = {
    tier.name: tier
    for tier in (
        Tier("hosted", "LeadEngine Hosted", Money(minor=500_000)),
        Tier("dedicated", "LeadEngine Dedicated", Money(minor=750_000)),
        Tier(
            "self-hosted",
            "LeadEngine Self-hosted",
            Money(minor=200_000),
            setup=Money(minor=1_000_000),
        ),
        Tier("enterprise", "LeadEngine Enterprise", None),
    )
}

METERS = {
    "leadengine_visitors": "LeadEngine visitors",
    "leadengine_leads": "LeadEngine leads",
    "leadengine_api_calls": "LeadEngine API calls",
}
"""What agents count and the payment server is told: event name -> title. No tier charges for it."""


@dataclass(frozen=True)
class Terms:
    """What one client pays: a tier with its amounts settled."""

    tier: Tier
    monthly: Money
    setup: Money | None


def terms(plan: str, monthly: int | None = None, setup: int | None = None) -> Terms:
    """The terms of a plan.

    Args:
        monthly, setup: pence that were agreed with this client; None: the tier's own.

    Raises:
        UsageError: there is no such plan, or its price has to be agreed and was not given.
    """
    tier = TIERS.get(plan)
    if tier is None:
        raise UsageError(f"There is no plan {plan}", "", f"Choose one of {', '.join(TIERS)}.")
    agreed = Money(minor=monthly) if monthly is not None else tier.monthly
    if agreed is None or agreed.minor == 0:
        raise UsageError(
            f"The price of {plan} is missing", "It is agreed with each client.", "Give --monthly."
        )
    once = Money(minor=setup) if setup is not None else tier.setup
    return Terms(tier, agreed, once if once and once.minor else None)
