"""What a client costs: its part of a rented server, and what its language model has spent this month."""

from dataclasses import dataclass
from datetime import UTC, datetime

from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.servers.survey import cost_of


@dataclass(frozen=True)
class Costs:
    """Attributes:
    server: the part of its server, a month, with two digits; empty: not rented through us, or unknown.
    model: dollars spent on language models since the month began (UTC).
    """

    server: str
    currency: str
    model: float


def costs_of(world: World, client: ClientRecord) -> Costs:
    """The costs of one client, from what the store knows."""
    part = cost_of(world, client)
    month = f"{datetime.now(UTC):%Y-%m}-01"
    micros = sum(each.llm_micros for each in world.store.reports.usage(month, client.slug))
    server = "" if part.monthly is None else f"{part.monthly:.2f}"
    return Costs(server, part.currency, micros / 1e6)
