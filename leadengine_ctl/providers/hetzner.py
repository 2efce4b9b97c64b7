"""Servers of Hetzner Cloud, by its official library."""

import ipaddress
from decimal import Decimal
from typing import Any

from hcloud.firewalls import BoundFirewall
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.server_types import BoundServerType, ServerType
from hcloud.servers import BoundServer
from hcloud.ssh_keys import BoundSSHKey

from leadengine_ctl.apis.hetzner import hetzner_client, missing_as_none, translated, unless_in_use
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.providers.base import (
    FLEET,
    Region,
    Server,
    ServerOrder,
    ServerState,
    Size,
    Snapshot,
)
from leadengine_ctl.providers.firewalls import hetzner_rules

IMAGE = "debian-13"
_STATES = {"running": ServerState.RUNNING, "off": ServerState.OFF}


class Hetzner:
    """One project.

    Args:
        endpoint: the base URL of the API; None: Hetzner's own.
    """

    name = "hetzner"
    keeps_address = True
    keeps_user_data = False

    def __init__(self, token: str, patience: Patience, endpoint: str | None = None) -> None:
        self._client = hetzner_client(token, patience, endpoint)

    def sizes(self, region: str | None = None) -> tuple[Size, ...]:
        del region
        with translated():
            return tuple(_size(each) for each in self._client.server_types.get_all())

    def regions(self) -> tuple[Region, ...]:
        with translated():
            found = self._client.locations.get_all()
        return tuple(Region(str(each.name), f"{each.city}, {each.country}") for each in found)

    def servers(self, tag: str, value: str) -> tuple[Server, ...]:
        with translated():
            found = self._client.servers.get_all(label_selector=f"{tag}={value}")
        return tuple(_server(each) for each in sorted(found, key=lambda each: int(each.id or 0)))

    def find(self, server: str) -> Server | None:
        found = self._find(server)
        return _server(found) if found else None

    def create(self, order: ServerOrder) -> Server:
        key, firewall = self._key(order), self._firewall(order)
        with translated():
            made = self._client.servers.create(
                name=order.name,
                server_type=ServerType(name=order.size),
                image=Image(name=IMAGE),
                location=Location(name=order.region),
                ssh_keys=[key],
                firewalls=[firewall],
                user_data=order.user_data,
                labels=order.tags,
            )
        return _server(made.server)

    def power(self, server: str, *, on: bool) -> None:
        found = self._get(server)
        with translated():
            if on and found.status == "off":
                found.power_on()
            elif not on and found.status == "running":
                # Its own shutdown first would be kinder, but tells nobody whether it worked.
                found.power_off()

    def resize(self, server: str, size: str) -> None:
        found = self._get(server)
        if found.server_type and found.server_type.name == size:
            return
        with translated():
            # The disk keeps its size: only so can a server be made smaller again.
            found.change_type(ServerType(name=size), upgrade_disk=False)

    def rebuild(self, server: str, user_data: str) -> None:
        with translated():
            self._client.servers.rebuild(self._get(server), Image(name=IMAGE), user_data)

    def snapshot(self, server: str, name: str) -> Snapshot:
        if known := next((each for each in self.snapshots(server) if each.name == name), None):
            return known
        with translated():
            made = self._get(server).create_image(
                description=name, type="snapshot", labels={"leadengine-server": server}
            )
        return Snapshot(str(made.image.id), name)

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        with translated():
            found = self._client.images.get_all(
                type=["snapshot"], label_selector=f"leadengine-server={server}"
            )
        return tuple(Snapshot(str(each.id), str(each.description)) for each in found)

    def delete_snapshot(self, snapshot: str) -> None:
        missing_as_none(lambda: self._client.images.delete(Image(id=int(snapshot))))

    def add_address(self, server: str) -> str:
        with translated():
            found = self._client.floating_ips.get_all(label_selector=f"leadengine-server={server}")
            if found:
                return str(found[0].ip)
            made = self._client.floating_ips.create(
                type="ipv4", labels={"leadengine-server": server}, server=self._get(server)
            )
        return str(made.floating_ip.ip)

    def drop_address(self, address: str) -> None:
        with translated():
            for each in self._client.floating_ips.get_all():
                if each.ip == address:
                    each.delete()

    def delete(self, server: str) -> None:
        missing_as_none(lambda: self._client.servers.get_by_id(int(server)).delete())

    def remove_leftovers(self, fleet: str) -> None:
        with translated():
            found = self._client.firewalls.get_all(label_selector=f"{FLEET}={fleet}")
        for each in found:
            # A server that is still going holds it; it costs nothing, and is used again.
            unless_in_use(each.delete)

    def _find(self, server: str) -> BoundServer | None:
        return missing_as_none(lambda: self._client.servers.get_by_id(int(server)))

    def _get(self, server: str) -> BoundServer:
        with translated():
            return self._client.servers.get_by_id(int(server))

    def _key(self, order: ServerOrder) -> BoundSSHKey:
        body = order.public_key.split()[1]
        with translated():
            for each in self._client.ssh_keys.get_all():
                if str(each.public_key).split()[1] == body:
                    return each
            return self._client.ssh_keys.create(f"leadengine-{body[-8:]}", order.public_key)

    def _firewall(self, order: ServerOrder) -> BoundFirewall:
        fleet = order.tags[FLEET]
        name = f"leadengine-{fleet}"
        with translated():
            if known := self._client.firewalls.get_by_name(name):
                return known
            rules = hetzner_rules(order.open_ports)
            # The library's hint says text where the API, and the library itself, want a table.
            labels: Any = {FLEET: fleet}
            return self._client.firewalls.create(name, rules, labels=labels).firewall


def _size(kind: BoundServerType) -> Size:
    prices = {each["location"]: each["price_monthly"]["net"] for each in kind.prices or []}
    on_sale = [
        str(each.location.name)
        for each in kind.locations or []
        if each.deprecation is None and each.available is not False
    ]
    return Size(
        name=str(kind.name),
        cores=int(kind.cores or 0),
        memory_mb=int(float(kind.memory or 0) * 1000),
        disk_gb=int(kind.disk or 0),
        currency="EUR",
        prices={each: Decimal(prices[each]) for each in on_sale if each in prices},
    )


def _server(found: BoundServer) -> Server:
    net = found.public_net
    return Server(
        id=str(found.id),
        name=str(found.name),
        state=_STATES.get(str(found.status), ServerState.CHANGING),
        size=str(found.server_type.name) if found.server_type else "",
        region=str(found.location.name) if found.location else "",
        address=str(net.ipv4.ip) if net and net.ipv4 else "",
        address6=_first_of(str(net.ipv6.ip)) if net and net.ipv6 else "",
        tags=dict(found.labels or {}),
    )


def _first_of(network: str) -> str:
    """Hetzner gives a whole IPv6 network; the server itself has the first address of it."""
    found = ipaddress.IPv6Network(network, strict=False)
    return str(found.network_address + (1 if found.prefixlen < 128 else 0))
