"""What the control plane may ask of a DNS provider: the contract of every kind.

A provider has one conformance suite (`tests/conformance/dns_suite.py`), which all kinds pass.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["A", "AAAA", "TXT"]

TTL = 300
"""Seconds: short enough that a move is seen within minutes."""


@dataclass(frozen=True, order=True)
class Record:
    """One value of one name. `name` is whole, without a dot at the end."""

    name: str
    kind: Kind
    value: str

    def __str__(self) -> str:
        """As people type it into a form: `A  leads.acme.com  203.0.113.7`."""
        return f"{self.kind}  {self.name}  {self.value}"


def records_of(name: str, addresses: Iterable[str]) -> tuple[Record, ...]:
    """The records that let a name lead to these IPv4 and IPv6 addresses."""
    return tuple(
        Record(name, "AAAA" if ipaddress.ip_address(each).version == 6 else "A", each)
        for each in addresses
        if each
    )


class DnsProvider(Protocol):
    """Zones of one account. Everything here can be repeated.

    Raises:
        TokenRefusedError, RateLimitedError, UnknownFateError, ApiError: from any method.
    """

    @property
    def name(self) -> str: ...

    def zone_of(self, name: str) -> str | None:
        """The most specific zone of this account that a name lies in; None: it is not ours."""
        ...

    def values(self, name: str, kind: Kind) -> tuple[str, ...]:
        """What the name has now, sorted; of a name that is not ours: nothing."""
        ...

    def put(self, record: Record) -> None:
        """Let the name have this value too.

        Raises:
            ApiError: no zone of this account has the name.
        """
        ...

    def remove(self, record: Record) -> None:
        """Take this value away; others of the name stay, and one that is gone is fine."""
        ...


def quoted(kind: Kind, value: str) -> str:
    """A value as it stands in a zone file: what a TXT record says is in quotation marks there."""
    return f'"{value}"' if kind == "TXT" else value


def unquoted(kind: Kind, value: str) -> str:
    """The same, read."""
    return value.strip('"') if kind == "TXT" else value


def best_zone(name: str, zones: Iterable[str]) -> str | None:
    """The most specific of these zones that a name lies in."""
    fitting = [each for each in zones if name == each or name.endswith(f".{each}")]
    return max(fitting, key=len, default=None)


def short_name(name: str, zone: str) -> str:
    """The name within its zone; `@` for the zone itself."""
    return "@" if name == zone else name.removesuffix(f".{zone}")
