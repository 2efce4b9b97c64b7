"""Servers of Hetzner Cloud, by its official library."""

import ipaddress
from datetime import datetime
from decimal import Decimal
from typing import Any

from hcloud.firewalls import BoundFirewall
from hcloud.floating_ips import BoundFloatingIP
from hcloud.images import BoundImage, Image
from hcloud.locations import Location
from hcloud.server_types import BoundServerType, ServerType
from hcloud.servers import BoundServer
from hcloud.ssh_keys import BoundSSHKey

from leadengine_ctl.apis.hetzner import hetzner_client, missing_as_none, translated, unless_in_use
from leadengine_ctl.apis.patience import Patience
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
)
from leadengine_ctl.providers.firewalls import hetzner_rules
from leadengine_ctl.providers.refusals import no_such_address

IMAGE = "debian-13"
_SERVER = "leadengine-server"
"""The label of what belongs to a server: on a picture the one it was taken of, on an address the one it
was reserved for."""
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
                description=name, type="snapshot", labels=self._labels(server)
            )
        return Snapshot(str(made.image.id), name)

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        with translated():
            found = self._client.images.get_all(
                type=["snapshot"], label_selector=f"{_SERVER}={server}"
            )
        return tuple(_snapshot(each) for each in found)

    def all_snapshots(self, fleet: str) -> tuple[Snapshot, ...]:
        with translated():
            found = self._client.images.get_all(
                type=["snapshot"], label_selector=f"{FLEET}={fleet}"
            )
        return tuple(_snapshot(each) for each in found)

    def delete_snapshot(self, snapshot: str) -> None:
        missing_as_none(lambda: self._client.images.delete(Image(id=int(snapshot))))

    def add_address(self, server: str) -> str:
        return self.reserve_address(server).address

    def reserve_address(self, server: str) -> Address:
        with translated():
            found = self._client.floating_ips.get_all(label_selector=f"{_SERVER}={server}")
            if found:
                return _address(found[0])
            made = self._client.floating_ips.create(
                type="ipv4", labels=self._labels(server), server=self._get(server)
            )
        return _address(made.floating_ip)

    def move_address(self, address: str, server: str) -> Address:
        with translated():
            known = self._client.floating_ips.get_all()
            found = next((each for each in known if each.ip == address), None)
            if found is None:
                raise no_such_address("Hetzner", address)
            if not (found.server and str(found.server.id) == server):
                found.assign(self._get(server))
            # By the label it is found again as this server's, and no second one is reserved.
            found.update(labels=self._labels(server))
            return _address(self._client.floating_ips.get_by_id(int(found.id or 0)))

    def addresses(self, fleet: str) -> tuple[Address, ...]:
        with translated():
            found = self._client.floating_ips.get_all(label_selector=f"{FLEET}={fleet}")
        return tuple(_address(each) for each in found)

    def keeping(self, region: str) -> Keeping:
        with translated():
            prices = self._client.request("GET", "/pricing")["pricing"]
        of_kind = [each for each in prices["floating_ips"] if each["type"] == "ipv4"]
        here = [each for kind in of_kind for each in kind["prices"] if each["location"] == region]
        monthly = Decimal(here[0]["price_monthly"]["net"]) if here else None
        picture = Decimal(prices["image"]["price_per_gb_month"]["net"])
        return Keeping(prices["currency"], monthly, monthly, picture)

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

    def _labels(self, server: str) -> dict[str, str]:
        """Whose something is, also when the server itself is gone."""
        fleet = (self._get(server).labels or {}).get(FLEET, "")
        return {_SERVER: server, FLEET: fleet}

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
        made_at=_moment(found.created),
    )


def _address(found: BoundFloatingIP) -> Address:
    return Address(
        str(found.ip),
        str(found.home_location.name) if found.home_location else "",
        server=str(found.server.id) if found.server else "",
        # Hetzner brings it to the server's door; the server itself has to answer to it.
        own=str(found.ip),
        made_at=_moment(found.created),
    )


def _snapshot(found: BoundImage) -> Snapshot:
    size = None if found.image_size is None else Decimal(str(found.image_size))
    server = (found.labels or {}).get(_SERVER, "")
    return Snapshot(
        str(found.id), str(found.description), server, _moment(found.created), size_gb=size
    )


def _moment(found: datetime | None) -> str:
    return found.isoformat() if found else ""


def _first_of(network: str) -> str:
    """Hetzner gives a whole IPv6 network; the server itself has the first address of it."""
    found = ipaddress.IPv6Network(network, strict=False)
    return str(found.network_address + (1 if found.prefixlen < 128 else 0))
