"""What the control plane may ask of a provider of servers: the contract of every kind.

A provider has one conformance suite (`tests/conformance/provider_suite.py`), which all kinds pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.errors import ExitCode

Tags = dict[str, str]
"""What a server of ours carries, so that it is found again: see `fleet_tags`."""

FLEET = "leadengine-fleet"
OPERATION = "leadengine-operation"
CLIENT = "leadengine-client"

MINIMUM_MEMORY_MB, MINIMUM_CORES, MINIMUM_DISK_GB = 3800, 2, 50
"""What the product's specification asks for; 4 GB are 3.8 GiB or 4,000 MB, as the provider counts."""


class ServerState(StrEnum):
    """What a server does. `changing`: an action is under way; look again."""

    RUNNING = "running"
    OFF = "off"
    CHANGING = "changing"


@dataclass(frozen=True)
class Region:
    """A place; `name` is the provider's own short one."""

    name: str
    title: str


@dataclass(frozen=True)
class Size:
    """A kind of server.

    Attributes:
        prices: region -> what it costs there a month, without tax, of today; only where it can be
            had right now. None: the provider does not say.
    """

    name: str
    cores: int
    memory_mb: int
    disk_gb: int
    currency: str
    prices: Mapping[str, Decimal | None]

    @property
    def is_enough(self) -> bool:
        """True when it has what the specification asks for."""
        return (
            self.cores >= MINIMUM_CORES
            and self.memory_mb >= MINIMUM_MEMORY_MB
            and self.disk_gb >= MINIMUM_DISK_GB
        )

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(self.prices)

    def price(self, region: str) -> str:
        """As people read it: `7.52 EUR a month`."""
        return price_text(self.prices.get(region), self.currency)


def price_text(monthly: Decimal | None, currency: str) -> str:
    """A price as people read it."""
    return "price unknown" if monthly is None else f"{monthly:.2f} {currency} a month"


@dataclass(frozen=True)
class Server:
    """A server as the provider sees it. Addresses are empty until it has them.

    Attributes:
        made_at: ISO 8601; empty: the provider does not say.
    """

    id: str
    name: str
    state: ServerState
    size: str
    region: str
    address: str = ""
    address6: str = ""
    tags: Tags = field(default_factory=dict)
    made_at: str = ""


@dataclass(frozen=True)
class ServerOrder:
    """A server to be made.

    Attributes:
        public_key: the operator's SSH key, one line; without one, providers mail a password.
        user_data: the text for cloud-init. It carries the host's private key: never logged.
        tags: with `OPERATION`, by which a server is found again.
        open_ports: TCP ports that anybody may reach; everything else is closed by the firewall.
    """

    name: str
    size: str
    region: str
    public_key: str
    user_data: str = field(repr=False)
    tags: Tags
    open_ports: tuple[int, ...] = (22, 80, 443)


@dataclass(frozen=True)
class Snapshot:
    """A picture of a server's disk.

    Attributes:
        server: the id of the server that it was taken of, which may be gone.
        made_at: ISO 8601; empty: the provider does not say.
        size_gb: what is paid for; None: the provider does not say.
    """

    id: str
    name: str
    server: str = ""
    made_at: str = ""
    size_gb: Decimal | None = None


@dataclass(frozen=True)
class Address:
    """A reserved IPv4 address: it outlives the server that it leads to.

    Attributes:
        server: whom it leads to; empty: nobody, and it is paid for all the same.
        own: what the server must have as an address of its own, to be reached by it; empty: nothing.
        made_at: ISO 8601; empty: the provider does not say.
        ours: False: the provider does not tell whose it is, and it leads to nobody of ours.
    """

    address: str
    region: str
    server: str = ""
    own: str = ""
    made_at: str = ""
    ours: bool = True


@dataclass(frozen=True)
class Keeping:
    """What is kept costs so much a month; None: the provider does not say.

    Attributes:
        address: a reserved one that leads to a server; `idle_address`: to none.
        snapshot_gb: one GB of a picture.
    """

    currency: str
    address: Decimal | None = None
    idle_address: Decimal | None = None
    snapshot_gb: Decimal | None = None


class NotOfferedError(ApiError):
    """This provider does not have what was asked for."""

    exit_code = ExitCode.NOT_ALLOWED


class Provider(Protocol):
    """Rented servers.

    Reads are repeated by the adapter as its API asks. What changes something looks first, so that it
    can be repeated; when no proper answer came, `UnknownFateError` is raised and the caller repeats.

    Raises:
        TokenRefusedError, RateLimitedError, QuotaError, SoldOutError, ApiError: from any method.
    """

    @property
    def name(self) -> str: ...

    @property
    def keeps_address(self) -> bool:
        """False: a server that was off comes back with another address, unless it has one of
        `add_address`."""
        ...

    @property
    def keeps_user_data(self) -> bool:
        """True: a rebuilt server is told what it was told at first, whatever is given."""
        ...

    def sizes(self, region: str | None = None) -> tuple[Size, ...]:
        """Every size that is for sale, with its price of today.

        Args:
            region: for providers that sell each region by itself; None: their usual one.
        """
        ...

    def regions(self) -> tuple[Region, ...]: ...

    def servers(self, tag: str, value: str) -> tuple[Server, ...]:
        """All servers that carry a tag, oldest first."""
        ...

    def find(self, server: str) -> Server | None:
        """The server with this id; None when it is gone."""
        ...

    def create(self, order: ServerOrder) -> Server:
        """Order a server; it need not run yet when this returns. The firewall stands before it.

        Raises:
            UnknownFateError: look for the tag before trying again.
        """
        ...

    def power(self, server: str, *, on: bool) -> None:
        """Begin to switch a server on or off; one that is so already is left alone."""
        ...

    def resize(self, server: str, size: str) -> None:
        """Begin to give a server that is off another size. Its disk never shrinks."""
        ...

    def rebuild(self, server: str, user_data: str) -> None:
        """Begin to write a fresh system over a server's disk: everything on it is lost.

        Raises:
            NotOfferedError: this provider cannot.
        """
        ...

    def snapshot(self, server: str, name: str) -> Snapshot:
        """Begin to take a picture of the disk; one of that name is taken once."""
        ...

    def snapshots(self, server: str) -> tuple[Snapshot, ...]: ...

    def delete_snapshot(self, snapshot: str) -> None:
        """Delete a picture; one that is gone is fine."""
        ...

    def add_address(self, server: str) -> str:
        """An IPv4 address that outlives the server, leading to it; the same one when called again."""
        ...

    def drop_address(self, address: str) -> None:
        """Give such an address, or a reserved one, back; one that is gone is fine."""
        ...

    def keeping(self, region: str) -> Keeping:
        """What reserved addresses and snapshots cost there today."""
        ...

    def addresses(self, fleet: str) -> tuple[Address, ...]:
        """Every address of a fleet that outlives servers, wherever it leads."""
        ...

    def reserve_address(self, server: str) -> Address:
        """An address beside the server's own, leading to it; the same one when called again."""
        ...

    def move_address(self, address: str, server: str) -> Address:
        """Let a reserved address lead to another server; the one before loses it.

        Raises:
            ApiError: there is none, or it cannot lead there (another region).
        """
        ...

    def all_snapshots(self, fleet: str) -> tuple[Snapshot, ...]:
        """Every picture of a fleet's servers, also of those that are gone."""
        ...

    def delete(self, server: str) -> None:
        """Delete a server; one that is gone is fine."""
        ...

    def remove_leftovers(self, fleet: str) -> None:
        """Remove firewall and tags of a fleet, once no server needs them."""
        ...
