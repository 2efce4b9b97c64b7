"""What stands behind a server of the simulator: nothing, or a host of the lab."""

import itertools
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Addresses:
    address: str
    address6: str


class Machines(Protocol):
    """The provider's hall of machines."""

    def boot(self, name: str, user_data: str) -> Addresses:
        """Make a machine that runs this user data at its first boot; it may still be booting."""
        ...

    def power(self, name: str, *, on: bool) -> None: ...

    def rebuild(self, name: str, user_data: str) -> Addresses:
        """The same machine with a fresh disk."""
        ...

    def remove(self, name: str) -> None: ...


@dataclass
class NoMachines:
    """Addresses that nobody answers at: enough for everything about an API."""

    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def boot(self, name: str, user_data: str) -> Addresses:
        del name, user_data
        number = next(self.numbers)
        return Addresses(f"198.51.{number // 250}.{number % 250 + 1}", f"2001:db8::{number:x}")

    def power(self, name: str, *, on: bool) -> None:
        """There is nothing to switch."""

    def rebuild(self, name: str, user_data: str) -> Addresses:
        return self.boot(name, user_data)

    def remove(self, name: str) -> None:
        """There is nothing to remove."""
