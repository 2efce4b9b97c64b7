"""Droplets of DigitalOcean.

A tag here is a word alone, so a tag and its value are joined: `leadengine-fleet:1f0c…`.
"""

from decimal import Decimal
from functools import partial
from typing import Any

from leadengine_ctl.apis.digitalocean import DigitalOceanApi, missing_as_none, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.providers.base import (
    FLEET,
    Region,
    Server,
    ServerOrder,
    ServerState,
    Size,
    Snapshot,
    Tags,
)
from leadengine_ctl.providers.firewalls import ANYWHERE

IMAGE = "debian-13-x64"
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
            self._order(server, {"type": "snapshot", "name": name})
        known = [each for each in self.snapshots(server) if each.name == name]
        return known[0] if known else Snapshot("", name)

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        with translated():
            found = self._api.get(f"droplets/{server}/snapshots")["snapshots"]
        return tuple(Snapshot(str(each["id"]), each["name"]) for each in found)

    def delete_snapshot(self, snapshot: str) -> None:
        missing_as_none(lambda: self._api.delete(f"snapshots/{snapshot}"))

    def add_address(self, server: str) -> str:
        with translated():
            for each in self._api.get("reserved_ips")["reserved_ips"]:
                if each["droplet"] and str(each["droplet"]["id"]) == server:
                    return str(each["ip"])
            made = self._api.post("reserved_ips", {"droplet_id": int(server)})
        return str(made["reserved_ip"]["ip"])

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
    )


def _public(networks: list[dict[str, Any]]) -> str:
    found = (str(each["ip_address"]) for each in networks if each["type"] == "public")
    return next(found, "")
