"""Servers that somebody else rents: ours to run, not ours to buy, resize or delete."""

from typing import NoReturn

from leadengine_ctl.providers.base import (
    Address,
    Keeping,
    NotOfferedError,
    Region,
    Server,
    ServerOrder,
    Size,
    Snapshot,
)


class ExistingHosts:
    """The provider of every host that was named by its address."""

    name = "existing"
    keeps_address = True
    keeps_user_data = False

    def sizes(self, region: str | None = None) -> tuple[Size, ...]:
        del region
        return ()

    def regions(self) -> tuple[Region, ...]:
        return ()

    def servers(self, tag: str, value: str) -> tuple[Server, ...]:
        del tag, value
        return ()

    def find(self, server: str) -> Server | None:
        del server
        return None

    def create(self, order: ServerOrder) -> Server:
        raise _refuse("bought", order.name)

    def power(self, server: str, *, on: bool) -> NoReturn:
        raise _refuse("switched on" if on else "switched off", server)

    def resize(self, server: str, size: str) -> NoReturn:
        del size
        raise _refuse("resized", server)

    def rebuild(self, server: str, user_data: str) -> NoReturn:
        del user_data
        raise _refuse("rebuilt", server)

    def snapshot(self, server: str, name: str) -> Snapshot:
        del name
        raise _refuse("photographed", server)

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        del server
        return ()

    def delete_snapshot(self, snapshot: str) -> None:
        """There is none."""

    def add_address(self, server: str) -> str:
        raise _refuse("given an address", server)

    def drop_address(self, address: str) -> None:
        """There is none."""

    def keeping(self, region: str) -> Keeping:
        del region
        return Keeping("")

    def addresses(self, fleet: str) -> tuple[Address, ...]:
        del fleet
        return ()

    def reserve_address(self, server: str) -> NoReturn:
        raise _refuse("given an address", server)

    def move_address(self, address: str, server: str) -> NoReturn:
        del address
        raise _refuse("given an address", server)

    def all_snapshots(self, fleet: str) -> tuple[Snapshot, ...]:
        del fleet
        return ()

    def delete(self, server: str) -> NoReturn:
        raise _refuse("deleted", server)

    def remove_leftovers(self, fleet: str) -> None:
        """There are none."""


def _refuse(what: str, server: str) -> NotOfferedError:
    return NotOfferedError(
        f"{server} cannot be {what} from here",
        "It was not made by lectl: whoever rents it has it in their hands.",
        "Do it there; 'lectl host remove' only takes the agent off it.",
    )
