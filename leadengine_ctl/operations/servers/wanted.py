"""What a person wants to rent: `hetzner:cx32@fsn1`, checked against what is for sale today."""

import re
from dataclasses import dataclass
from decimal import Decimal

from leadengine_ctl.apis.refusals import SoldOutError
from leadengine_ctl.errors import NotAllowedError, NotFoundError, UsageError
from leadengine_ctl.operations.base import World
from leadengine_ctl.providers.base import (
    MINIMUM_CORES,
    MINIMUM_DISK_GB,
    Provider,
    Size,
    price_text,
)

_FORM = re.compile(
    r"(?P<provider>[a-z0-9]{2,20}):(?P<size>[a-z0-9][a-z0-9._-]{0,59})"
    r"(@(?P<region>[a-z0-9][a-z0-9-]{0,59}))?"
)


@dataclass(frozen=True)
class Place:
    """Where somebody wants a server, as typed."""

    provider: str
    size: str
    region: str | None

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read `provider:size[@region]`.

        Raises:
            UsageError: it is not of that form.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise UsageError(
                "This is not a server to rent",
                "It is 'provider:size', with '@region' behind it where that matters.",
                "Write it as in '--on hetzner:cx32' or '--on digitalocean:s-2vcpu-4gb@fra1'.",
            )
        return cls(found["provider"], found["size"], found["region"])


@dataclass(frozen=True)
class Offer:
    """A size at a place, for sale at a price."""

    provider: str
    size: Size
    region: str

    @property
    def monthly(self) -> Decimal | None:
        return self.size.prices[self.region]

    @property
    def price(self) -> str:
        return price_text(self.monthly, self.size.currency)

    @property
    def words(self) -> str:
        """As people read it: `cx32 at hetzner in fsn1 (4 cores, 8 GB, 80 GB disk)`."""
        size = self.size
        memory = f"{size.memory_mb / 1000:.0f} GB"
        return (
            f"{size.name} at {self.provider} in {self.region} "
            f"({size.cores} cores, {memory}, {size.disk_gb} GB disk)"
        )


def find_offer(world: World, place: Place) -> Offer:
    """What is wanted, as it is for sale today.

    Raises:
        NotFoundError: there is no such size.
        NotAllowedError: it is below what the specification asks for.
        SoldOutError: it cannot be had there.
    """
    provider = world.clouds.provider(place.provider)
    sizes = {each.name: each for each in provider.sizes(place.region)}
    size = sizes.get(place.size)
    if size is None:
        raise NotFoundError(
            f"{place.provider} has no size called '{place.size}'",
            "It was mistyped, or is not sold any more.",
            f"See what there is: lectl host sizes {place.provider}",
        )
    if not size.is_enough and world.settings.host_floor != "none":
        raise _too_small(size, sizes)
    region = place.region or _usual_region(provider, size)
    if region not in size.prices:
        raise _not_there(place, size, region)
    return Offer(place.provider, size, region)


def _usual_region(provider: Provider, size: Size) -> str:
    """The first region, in the provider's order, where the size can be had."""
    regions = [each.name for each in provider.regions()]
    return next((each for each in regions if each in size.prices), regions[0])


def _not_there(place: Place, size: Size, region: str) -> SoldOutError:
    elsewhere = ", ".join(size.regions)
    return SoldOutError(
        f"{place.provider} does not sell {size.name} in {region} right now",
        f"It can be had in: {elsewhere}." if elsewhere else "It is sold out everywhere.",
        f"Choose another region or size: lectl host sizes {place.provider}",
    )


def _too_small(size: Size, sizes: dict[str, Size]) -> NotAllowedError:
    fitting = [each for each in sizes.values() if each.is_enough and each.prices]
    cheapest = min(
        fitting, key=lambda each: min(_known(each), default=Decimal(10**6)), default=None
    )
    cores = "1 core" if size.cores == 1 else f"{size.cores} cores"
    return NotAllowedError(
        f"{size.name} is too small for a client",
        f"It has {cores}, {size.memory_mb / 1000:.0f} GB and {size.disk_gb} GB of disk; "
        f"a stack needs {MINIMUM_CORES} cores, 4 GB and {MINIMUM_DISK_GB} GB.",
        f"The cheapest that fits is {cheapest.name}." if cheapest else "Choose another provider.",
    )


def _known(size: Size) -> list[Decimal]:
    return [each for each in size.prices.values() if each is not None]
