"""The contract of whoever knows companies by their network: `CompanyLookup`."""

from dataclasses import dataclass
from typing import Protocol

from leadengine.tracking.networks import IpAddress


class LookupFailedError(Exception):
    """Nobody can say now; the text says why, and never names the address or the token."""


class BudgetSpentError(LookupFailedError):
    """The provider takes no more questions for now."""


@dataclass(frozen=True)
class Found:
    """What a network is: a company (with its domain), or a provider's (then `domain` is empty).

    Attributes:
        hosting: machines rather than people.
    """

    domain: str = ""
    name: str = ""
    kind: str = ""
    country: str = ""
    hosting: bool = False


class CompanyLookup(Protocol):
    """Knows companies by address.

    Implementations keep nothing of the address beyond the call, and answer within ten seconds.
    """

    async def look_up(self, address: IpAddress) -> Found:
        """What the network around an address is; an empty `Found` when nobody knows.

        Raises:
            BudgetSpentError: the provider refuses more questions.
            LookupFailedError: it cannot be reached, or answers nonsense.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; may be called twice."""
        ...
