"""Droplets of DigitalOcean.

A tag here is a word alone, so a tag and its value are joined: `leadengine-fleet:1f0c…`.
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from leadengine_ctl.apis.digitalocean import DigitalOceanApi, missing_as_none, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.providers.base import (
    FLEET,
    Address,
    Keeping,
    Region,
    Server,
    ServerOrder,
    ServerState,
    Size,
    Snapshot,
    Tags,
)
from leadengine_ctl.providers.firewalls import ANYWHERE
from leadengine_ctl.providers.refusals import no_such_address

IMAGE = "debian-13-x64"
_KEEPING = Keeping("USD", Decimal(0), Decimal("5.00"), Decimal("0.06"))
"""As DigitalOcean's price list says; its API has no prices of these."""
_STATES = {"active": ServerState.RUNNING, "off": ServerState.OFF}


class DigitalOcean:
    """One account or team.

    Args:
        endpoint: the base URL of the API; None: DigitalOcean's own.
    """

    name = "digitalocean"
    keeps_address = True
    keeps_user_data = True

    def __init__(self, token: str, patience: Patience, endpoint: str | None = None) -> None:
        self._api = DigitalOceanApi(token, patience, endpoint)

    def sizes(self, region: str | None = None) -> tuple[Size, ...]:
        del region
        with translated():
            return tuple(_size(each) for each in self._api.get("sizes")["sizes"])

    def regions(self) -> tuple[Region, ...]:
        with translated():
            found = self._api.get("regions")["regions"]
        return tuple(Region(each["slug"], each["name"]) for each in found if each["available"])

    def servers(self, tag: str, value: str) -> tuple[Server, ...]:
        with translated():
            found = self._api.get("droplets", tag_name=_word(tag, value))["droplets"]
        return tuple(_server(each) for each in sorted(found, key=lambda each: int(each["id"])))

    def find(self, server: str) -> Server | None:
        found = self._find(server)
        return _server(found) if found else None

    def create(self, order: ServerOrder) -> Server:
        self._close(order)
        with translated():
            made = self._api.post(
                "droplets",
                {
                    "name": order.name,
                    "region": order.region,
                    "size": order.size,
                    "image": IMAGE,
                    "ssh_keys": [self._key(order)],
                    "ipv6": True,
                    "user_data": order.user_data,
                    "tags": [_word(*each) for each in order.tags.items()],
                },
            )
        return _server(made["droplet"])

    def power(self, server: str, *, on: bool) -> None:
        wanted = "active" if on else "off"
        if self._get(server)["status"] != wanted:
            self._order(server, {"type": "power_on" if on else "power_off"})

    def resize(self, server: str, size: str) -> None:
        if self._get(server)["size_slug"] != size:
            # The disk keeps its size: only so can a server be made smaller again.
            self._order(server, {"type": "resize", "size": size, "disk": False})

    def rebuild(self, server: str, user_data: str) -> None:
        # DigitalOcean keeps what a Droplet was made with; other text would not be read.
        del user_data
        self._order(server, {"type": "rebuild", "image": IMAGE})

    def snapshot(self, server: str, name: str) -> Snapshot:
        if not any(each.name == name for each in self.snapshots(server)):
            fleet = _tags(self._get(server)["tags"]).get(FLEET, "")
            # A picture has no tag of its own before it is ready: its name says whose it is.
            self._order(server, {"type": "snapshot", "name": f"{name} {_word(FLEET, fleet)}"})
        known = [each for each in self.snapshots(server) if each.name == name]
        return known[0] if known else Snapshot("", name, server)

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        with translated():
            found = self._api.get(f"droplets/{server}/snapshots")["snapshots"]
        return tuple(_snapshot(each, server) for each in found)

    def all_snapshots(self, fleet: str) -> tuple[Snapshot, ...]:
        with translated():
            found = self._api.get("snapshots", resource_type="droplet")["snapshots"]
        ours = [each for each in found if each["name"].endswith(f" {_word(FLEET, fleet)}")]
        return tuple(_snapshot(each, str(each["resource_id"])) for each in ours)

    def delete_snapshot(self, snapshot: str) -> None:
        missing_as_none(lambda: self._api.delete(f"snapshots/{snapshot}"))

    def add_address(self, server: str) -> str:
        return self.reserve_address(server).address

    def reserve_address(self, server: str) -> Address:
        found = next((each for each in self._reserved() if _droplet(each) == server), None)
        if found is None:
            with translated():
                body = {"droplet_id": int(server)}
                found = self._api.post("reserved_ips", body)["reserved_ip"]
        # While it is being made, an answer may not name the Droplet yet.
        return replace(_address(found), server=server)

    def move_address(self, address: str, server: str) -> Address:
        found = next((each for each in self._reserved() if each["ip"] == address), None)
        if found is None:
            raise no_such_address("DigitalOcean", address)
        if _droplet(found) != server:
            with translated():
                action = {"type": "assign", "droplet_id": int(server)}
                self._api.post(f"reserved_ips/{address}/actions", action)
        return replace(_address(found), server=server)

    def addresses(self, fleet: str) -> tuple[Address, ...]:
        """Nothing is written on one that leads to nobody: it may be anybody's in this account."""
        found = self._reserved()
        free = [replace(_address(each), ours=False) for each in found if not each["droplet"]]
        mine = [
            _address(each)
            for each in found
            if each["droplet"] and _word(FLEET, fleet) in each["droplet"]["tags"]
        ]
        return (*mine, *free)

    def keeping(self, region: str) -> Keeping:
        del region
        return _KEEPING

    def _reserved(self) -> list[dict[str, Any]]:
        with translated():
            found: list[dict[str, Any]] = self._api.get("reserved_ips")["reserved_ips"]
        return found

    def drop_address(self, address: str) -> None:
        missing_as_none(lambda: self._api.delete(f"reserved_ips/{address}"))

    def delete(self, server: str) -> None:
        missing_as_none(lambda: self._api.delete(f"droplets/{server}"))

    def remove_leftovers(self, fleet: str) -> None:
        with translated():
            firewalls = self._api.get("firewalls")["firewalls"]
        ours = [f"firewalls/{each['id']}" for each in firewalls if each["name"] == _name(fleet)]
        for path in (*ours, f"tags/{_word(FLEET, fleet)}"):
            missing_as_none(partial(self._api.delete, path))

    def _find(self, server: str) -> dict[str, Any] | None:
        found = missing_as_none(lambda: self._api.get(f"droplets/{server}"))
        return found["droplet"] if found else None

    def _get(self, server: str) -> dict[str, Any]:
        with translated():
            found: dict[str, Any] = self._api.get(f"droplets/{server}")["droplet"]
        return found

    def _order(self, server: str, action: dict[str, Any]) -> None:
        with translated():
            begun = self._api.post(f"droplets/{server}/actions", action)["action"]
        if begun["status"] == "errored":
            raise ApiError(f"DigitalOcean could not {action['type']} the Droplet {server}")

    def _key(self, order: ServerOrder) -> int:
        body = order.public_key.split()[1]
        for each in self._api.get("account/keys")["ssh_keys"]:
            if each["public_key"].split()[1] == body:
                return int(each["id"])
        made = self._api.post(
            "account/keys", {"name": f"leadengine-{body[-8:]}", "public_key": order.public_key}
        )
        return int(made["ssh_key"]["id"])

    def _close(self, order: ServerOrder) -> None:
        """A firewall for all that carries the fleet's tag: it holds before a Droplet exists."""
        fleet = order.tags[FLEET]
        name, word = _name(fleet), _word(FLEET, fleet)
        with translated():
            if any(each["name"] == name for each in self._api.get("firewalls")["firewalls"]):
                return
            self._api.post("tags", {"name": word})
            self._api.post("firewalls", {"name": name, "tags": [word], **_rules(order.open_ports)})


def _rules(ports: tuple[int, ...]) -> dict[str, Any]:
    anywhere = {"addresses": ANYWHERE}
    opened = [("tcp", str(port)) for port in ports]
    return {
        "inbound_rules": [
            *({"protocol": kind, "ports": port, "sources": anywhere} for kind, port in opened),
            {"protocol": "icmp", "sources": anywhere},
        ],
        "outbound_rules": [
            {"protocol": kind, "ports": "all", "destinations": anywhere} for kind in ("tcp", "udp")
        ]
        + [{"protocol": "icmp", "destinations": anywhere}],
    }


def _name(fleet: str) -> str:
    return f"leadengine-{fleet}"


def _word(tag: str, value: str) -> str:
    return f"{tag}:{value}"


def _tags(words: list[str]) -> Tags:
    pairs = (word.partition(":") for word in words)
    return {name: value for name, colon, value in pairs if colon}


def _size(found: dict[str, Any]) -> Size:
    price = Decimal(str(found["price_monthly"]))
    on_sale = found["regions"] if found["available"] else []
    return Size(
        name=found["slug"],
        cores=found["vcpus"],
        memory_mb=found["memory"],
        disk_gb=found["disk"],
        currency="USD",
        prices=dict.fromkeys(on_sale, price),
    )


def _server(found: dict[str, Any]) -> Server:
    networks = found.get("networks") or {}
    return Server(
        id=str(found["id"]),
        name=found["name"],
        state=ServerState.CHANGING
        if found["locked"]
        else _STATES.get(found["status"], ServerState.CHANGING),
        size=found["size_slug"],
        region=found["region"]["slug"],
        address=_public(networks.get("v4") or []),
        address6=_public(networks.get("v6") or []),
        tags=_tags(found["tags"]),
        made_at=found.get("created_at") or "",
    )


def _droplet(found: dict[str, Any]) -> str:
    return str(found["droplet"]["id"]) if found["droplet"] else ""


def _address(found: dict[str, Any]) -> Address:
    region = (found.get("region") or {}).get("slug", "")
    return Address(found["ip"], region, server=_droplet(found))


def _snapshot(found: dict[str, Any], server: str) -> Snapshot:
    name, _, _ = found["name"].partition(f" {FLEET}:")
    size = found.get("size_gigabytes")
    return Snapshot(
        str(found["id"]),
        name,
        server,
        found.get("created_at") or "",
        size_gb=None if size is None else Decimal(str(size)),
    )


def _public(networks: list[dict[str, Any]]) -> str:
    found = (str(each["ip_address"]) for each in networks if each["type"] == "public")
    return next(found, "")
