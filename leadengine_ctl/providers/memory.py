"""Servers that exist in memory only: for tests, and for trying commands out (`--on memory:m2`).

Given a file, they outlive the process. Their address is a documentation address, and the host that
answers there is `memory://` too.
"""

import json
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from leadengine_ctl.apis.refusals import ApiError, QuotaError, SoldOutError, UnknownFateError
from leadengine_ctl.providers.base import (
    FLEET,
    OPERATION,
    Address,
    Keeping,
    Region,
    Server,
    ServerOrder,
    ServerState,
    Size,
    Snapshot,
)

_REGIONS = (Region("here", "Nowhere, near"), Region("there", "Nowhere, far"))
_SIZES = (
    Size("m1", 1, 2048, 25, "EUR", {"here": Decimal("4.00"), "there": Decimal("4.50")}),
    Size("m2", 2, 4096, 60, "EUR", {"here": Decimal("8.00"), "there": Decimal("9.00")}),
    Size("m4", 4, 8192, 120, "EUR", {"here": Decimal("16.00")}),
)


class MemoryProvider:
    """A provider.

    Args:
        path: where its servers are kept; None: they end with this object. A file beside it with the
            suffix `.fault` holds the name of what goes wrong, until it is removed: `quota`,
            `sold-out`, `lost-answer` (made, but never said), `no-boot`.
    """

    name = "memory"
    keeps_address = True
    keeps_user_data = False

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._data: dict[str, Any] = {"servers": [], "snapshots": [], "addresses": {}, "next": 1}

    def sizes(self, region: str | None = None) -> tuple[Size, ...]:
        del region
        return _SIZES

    def regions(self) -> tuple[Region, ...]:
        return _REGIONS

    def servers(self, tag: str, value: str) -> tuple[Server, ...]:
        return tuple(each for each in self._all() if each.tags.get(tag) == value)

    def find(self, server: str) -> Server | None:
        return next((each for each in self._all() if each.id == server), None)

    def create(self, order: ServerOrder) -> Server:
        fault = self._fault()
        if fault == "quota":
            raise QuotaError("The account may not have one more", "Its limit is 0 servers.")
        if fault == "sold-out":
            raise SoldOutError("There is none of these left there", f"{order.size} is sold out.")
        known = self.servers(OPERATION, order.tags[OPERATION])
        made = known[0] if known else self._make(order)
        if fault == "lost-answer":
            self._clear_fault()
            raise UnknownFateError("The provider gave no proper answer", "The connection broke.")
        return made

    def power(self, server: str, *, on: bool) -> None:
        self._change(server, state=ServerState.RUNNING if on else ServerState.OFF)

    def resize(self, server: str, size: str) -> None:
        if self._get(server).state is not ServerState.OFF and self._get(server).size != size:
            raise ApiError(f"{server} cannot be resized", "It is not off.", "Switch it off first.")
        self._change(server, size=size)

    def rebuild(self, server: str, user_data: str) -> None:
        del user_data
        self._change(server, state=ServerState.RUNNING)

    def snapshot(self, server: str, name: str) -> Snapshot:
        self._get(server)
        known = [each for each in self.snapshots(server) if each.name == name]
        if known:
            return known[0]
        data = self._load()
        made = Snapshot(f"s{data['next']}", name, server)
        fleet = self._get(server).tags[FLEET]
        data["snapshots"].append({"id": made.id, "name": name, "server": server, "fleet": fleet})
        self._save({**data, "next": data["next"] + 1})
        return made

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        return tuple(each for each in self._pictures() if each.server == server)

    def delete_snapshot(self, snapshot: str) -> None:
        data = self._load()
        kept = [each for each in data["snapshots"] if each["id"] != snapshot]
        self._save({**data, "snapshots": kept})

    def add_address(self, server: str) -> str:
        data = self._load()
        found = [address for address, owner in data["addresses"].items() if owner == server]
        if found:
            return str(found[0])
        address = f"203.0.113.{200 + len(data['addresses'])}"
        self._save({**data, "addresses": {**data["addresses"], address: server}})
        return address

    def drop_address(self, address: str) -> None:
        data = self._load()
        kept = {each: owner for each, owner in data["addresses"].items() if each != address}
        reserved = {each: of for each, of in data.get("reserved", {}).items() if each != address}
        self._save({**data, "addresses": kept, "reserved": reserved})

    def keeping(self, region: str) -> Keeping:
        del region
        return Keeping("EUR", Decimal("3.00"), Decimal("4.00"), Decimal("0.05"))

    def addresses(self, fleet: str) -> tuple[Address, ...]:
        data = self._load()
        kept = data.get("reserved", {})
        return tuple(
            self._address(address) for address, each in kept.items() if each["fleet"] == fleet
        )

    def reserve_address(self, server: str) -> Address:
        data = self._load()
        kept = data.get("reserved", {})
        for address, each in kept.items():
            if each["server"] == server:
                return self._address(address)
        address = f"198.51.100.{data['next']}"
        made = {"server": server, "fleet": self._get(server).tags[FLEET]}
        self._save({**data, "reserved": {**kept, address: made}, "next": data["next"] + 1})
        return self._address(address)

    def move_address(self, address: str, server: str) -> Address:
        data = self._load()
        kept = data.get("reserved", {})
        if address not in kept:
            raise ApiError(f"There is no address {address}", "It was given back, or never was.")
        moved = {**kept[address], "server": self._get(server).id}
        self._save({**data, "reserved": {**kept, address: moved}})
        return self._address(address)

    def all_snapshots(self, fleet: str) -> tuple[Snapshot, ...]:
        return self._pictures(fleet)

    def delete(self, server: str) -> None:
        self._write(tuple(each for each in self._all() if each.id != server))

    def remove_leftovers(self, fleet: str) -> None:
        del fleet

    def _address(self, address: str) -> Address:
        """The server has to have it too: so what a real host needs is tried out."""
        server = self.find(self._load()["reserved"][address]["server"])
        return Address(address, "here", server.id if server else "", own=address)

    def _pictures(self, fleet: str = "") -> tuple[Snapshot, ...]:
        found = self._load()["snapshots"]
        return tuple(
            Snapshot(each["id"], each["name"], each["server"], size_gb=Decimal(10))
            for each in found
            if fleet in {"", each.get("fleet")}
        )

    def _make(self, order: ServerOrder) -> Server:
        number = self._load()["next"]
        made = Server(
            id=f"m-{number}",
            name=order.name,
            state=ServerState.CHANGING if self._fault() == "no-boot" else ServerState.RUNNING,
            size=order.size,
            region=order.region,
            address=f"203.0.113.{number}",
            address6=f"2001:db8::{number:x}",
            tags=order.tags,
        )
        self._save({**self._load(), "next": number + 1})
        self._write((*self._all(), made))
        return made

    def _change(self, server: str, **values: Any) -> None:
        changed = replace(self._get(server), **values)
        self._write(tuple(changed if each.id == server else each for each in self._all()))

    def _get(self, server: str) -> Server:
        found = self.find(server)
        if found is None:
            raise ApiError(f"There is no server {server}", "It was deleted, or never was.")
        return found

    def _all(self) -> tuple[Server, ...]:
        found = (
            Server(**{**each, "state": ServerState(each["state"])})
            for each in self._load()["servers"]
        )
        return tuple(
            replace(each, state=ServerState.RUNNING)
            if each.state is ServerState.CHANGING and self._fault() != "no-boot"
            else each
            for each in found
        )

    def _write(self, servers: tuple[Server, ...]) -> None:
        self._save({**self._load(), "servers": [asdict(each) for each in servers]})

    def _load(self) -> dict[str, Any]:
        if self._path and self._path.exists():
            self._data = json.loads(self._path.read_text(encoding="utf-8"))
        return self._data

    def _save(self, data: dict[str, Any]) -> None:
        self._data = data
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(data), encoding="utf-8")

    def _fault(self) -> str:
        path = self._path.with_suffix(".fault") if self._path else None
        return path.read_text(encoding="utf-8").strip() if path and path.exists() else ""

    def _clear_fault(self) -> None:
        if self._path:
            self._path.with_suffix(".fault").unlink(missing_ok=True)
