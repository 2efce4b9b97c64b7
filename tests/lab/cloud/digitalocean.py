"""DigitalOcean's API v2, as far as it is used: Droplets, sizes, keys, tags, firewalls, addresses, domains.

Paths, fields, pages, errors and actions follow the public reference (docs.digitalocean.com).
"""

import itertools
from typing import ClassVar

from tests.lab.cloud.catalogue import DIGITALOCEAN_REGIONS, DIGITALOCEAN_SIZES, droplet_size
from tests.lab.cloud.digitalocean_domains import Domains
from tests.lab.cloud.hall import Action, Box, Hall
from tests.lab.cloud.pages import digitalocean_page
from tests.lab.cloud.web import Answer, Api, Json, Request

_KINDS = {
    "power_on": "power_on",
    "power_off": "power_off",
    "resize": "resize",
    "rebuild": "rebuild",
    "snapshot": "snapshot",
}


class DigitalOceanApi(Api):
    """One team."""

    prefix = "/v2"
    limit = 5000
    REFUSALS: ClassVar = {
        401: ("Unauthorized", "Unable to authenticate you"),
        403: ("Forbidden", "You are not authorized to perform this operation"),
        404: ("not_found", "The resource you requested could not be found."),
        429: ("too_many_requests", "API rate limit exceeded."),
    }

    def __init__(self, hall: Hall, base: str = "") -> None:
        super().__init__()
        self.hall = hall
        self.base = base
        self.keys: list[Json] = []
        self.tags: set[str] = set()
        self.firewalls: dict[str, Json] = {}
        self.reserved: dict[str, int] = {}
        self.numbers = itertools.count(100)
        self.domains = Domains(self)
        for method, path, handler in (
            ("GET", "/sizes", self._sizes),
            ("GET", "/regions", self._regions),
            ("GET", "/droplets", self._droplets),
            ("POST", "/droplets", self._create),
            ("GET", "/droplets/{id}", self._droplet),
            ("DELETE", "/droplets/{id}", self._delete),
            ("POST", "/droplets/{id}/actions", self._act),
            ("GET", "/droplets/{id}/snapshots", self._snapshots),
            ("GET", "/snapshots", self._all_snapshots),
            ("DELETE", "/snapshots/{id}", self._remove_snapshot),
            ("GET", "/account/keys", lambda r: self.page(r, "ssh_keys", self.keys)),
            ("POST", "/account/keys", self._add_key),
            ("POST", "/tags", self._add_tag),
            ("DELETE", "/tags/{name}", self._remove_tag),
            ("GET", "/firewalls", self._list_firewalls),
            ("POST", "/firewalls", self._add_firewall),
            ("DELETE", "/firewalls/{id}", self._remove_firewall),
            ("GET", "/reserved_ips", self._list_reserved),
            ("POST", "/reserved_ips", self._add_reserved),
            ("DELETE", "/reserved_ips/{ip}", self._remove_reserved),
            ("POST", "/reserved_ips/{ip}/actions", self._assign_reserved),
        ):
            self.route(method, path, handler)

    def refusal(self, status: int, code: str, message: str) -> Answer:
        return Answer(status, {"id": code, "message": message, "request_id": "4d9d8375"})

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.hall.settle()
            return super().answer(request)

    def page(self, request: Request, name: str, found: list[Json]) -> Answer:
        return Answer(200, digitalocean_page(request, f"{self.base}{request.path}", name, found))

    def _sizes(self, request: Request) -> Answer:
        found = [droplet_size(*each) for each in DIGITALOCEAN_SIZES]
        for each in found:
            each["available"] = each["slug"] not in self.hall.sold_out
        return self.page(request, "sizes", found)

    def _regions(self, request: Request) -> Answer:
        found = [
            {"slug": slug, "name": name, "available": True, "features": [], "sizes": []}
            for slug, name in DIGITALOCEAN_REGIONS.items()
        ]
        return self.page(request, "regions", found)

    def _droplets(self, request: Request) -> Answer:
        wanted = request.query.get("tag_name")
        boxes = [each for each in self.hall.boxes.values() if wanted is None or wanted in each.tags]
        return self.page(request, "droplets", [self._box(each) for each in boxes])

    def _create(self, request: Request) -> Answer:
        body = request.body
        if len(self.hall.boxes) >= self.hall.limit:
            message = "creating this/these droplet(s) will exceed your droplet limit"
            return self.refusal(422, "unprocessable_entity", message)
        if body["size"] not in {each[0] for each in DIGITALOCEAN_SIZES}:
            message = "You specified an invalid size for Droplet creation."
            return self.refusal(422, "unprocessable_entity", message)
        if self.hall.is_sold_out(body["size"]):
            message = "Size is not available in this region."
            return self.refusal(422, "unprocessable_entity", message)
        if len(body.get("user_data", "")) > 64 * 1024:
            return self.refusal(422, "unprocessable_entity", "User data is too long")
        self.tags |= set(body.get("tags", []))
        box, action = self.hall.create(
            body["name"], body["size"], body["region"], body.get("user_data", ""),
            dict.fromkeys(body.get("tags", []), ""),
        )  # fmt: skip
        links = {"actions": [{"id": action.id, "rel": "create", "href": ""}]}
        return Answer(202, {"droplet": self._box(box), "links": links})

    def _droplet(self, _request: Request, id: str) -> Answer:  # noqa: A002
        box = self.hall.boxes.get(int(id))
        return Answer(200, {"droplet": self._box(box)}) if box else self.refuse(404)

    def _delete(self, _request: Request, id: str) -> Answer:  # noqa: A002
        box = self.hall.boxes.get(int(id))
        if box is None:
            return self.refuse(404)
        self.hall.delete(box)
        return Answer(204)

    def _act(self, request: Request, id: str) -> Answer:  # noqa: A002
        box, body = self.hall.boxes.get(int(id)), request.body
        if box is None:
            return self.refuse(404)
        if self.hall.is_busy(box):
            message = "Droplet already has a pending event."
            return self.refusal(422, "unprocessable_entity", message)
        kind = body["type"]
        if kind == "resize" and box.status != "off":
            message = "Droplet must be powered off before resizing"
            return self.refusal(422, "unprocessable_entity", message)
        if kind not in _KINDS:
            return self.refusal(422, "unprocessable_entity", "not a valid action")
        return Answer(201, {"action": self._action(self._begin(box, kind, body))})

    def _begin(self, box: Box, kind: str, body: Json) -> Action:
        if kind == "resize":
            return self.hall.resize(box, body["size"])
        if kind == "rebuild":
            return self.hall.rebuild(box, box.user_data)
        if kind == "snapshot":
            return self.hall.snapshot(box, body["name"])[1]
        return self.hall.power(box, on=kind == "power_on")

    def _action(self, action: Action) -> Json:
        return {
            "id": action.id,
            "status": "completed" if action.done else "in-progress",
            "type": action.kind,
            "resource_id": action.server,
            "resource_type": "droplet",
        }

    def _snapshots(self, request: Request, id: str) -> Answer:  # noqa: A002
        box = self.hall.boxes.get(int(id))
        if box is None:
            return self.refuse(404)
        found = [
            {"id": number, "name": name, "type": "snapshot", "min_disk_size": 25}
            for number, name in box.snapshots.items()
        ]
        return self.page(request, "snapshots", found)

    def _remove_snapshot(self, _request: Request, id: str) -> Answer:  # noqa: A002
        return Answer(204) if self.hall.forget_picture(int(id)) else self.refuse(404)

    def _all_snapshots(self, request: Request) -> Answer:
        assert request.query["resource_type"] == "droplet"
        found = [
            {"id": str(number), "name": each.name, "resource_id": str(each.server),
             "resource_type": "droplet", "created_at": "2026-01-01T00:00:00Z",
             "min_disk_size": 25, "size_gigabytes": 2.34, "regions": ["fra1"], "tags": []}
            for number, each in self.hall.pictures.items()
        ]  # fmt: skip
        return self.page(request, "snapshots", found)

    def _assign_reserved(self, request: Request, ip: str) -> Answer:
        if ip not in self.reserved:
            return self.refuse(404)
        if request.body["type"] != "assign" or request.body["droplet_id"] not in self.hall.boxes:
            return self.refusal(422, "unprocessable_entity", "not a valid action")
        self.reserved[ip] = request.body["droplet_id"]
        action = {"id": next(self.numbers), "status": "completed", "type": "assign_ip"}
        return Answer(201, {"action": action})

    def _add_key(self, request: Request) -> Answer:
        key = request.body["public_key"]
        if any(each["public_key"] == key for each in self.keys):
            message = "SSH Key is already in use on your account"
            return self.refusal(422, "unprocessable_entity", message)
        made = {"id": next(self.numbers), "fingerprint": "aa:bb", **request.body}
        self.keys.append(made)
        return Answer(201, {"ssh_key": made})

    def _add_tag(self, request: Request) -> Answer:
        self.tags.add(request.body["name"])
        return Answer(201, {"tag": {"name": request.body["name"], "resources": {}}})

    def _remove_tag(self, _request: Request, name: str) -> Answer:
        if name not in self.tags:
            return self.refuse(404)
        self.tags.remove(name)
        return Answer(204)

    def _list_firewalls(self, request: Request) -> Answer:
        return self.page(request, "firewalls", list(self.firewalls.values()))

    def _add_firewall(self, request: Request) -> Answer:
        if any(each["name"] == request.body["name"] for each in self.firewalls.values()):
            return self.refusal(409, "conflict", "duplicate name")
        number = f"fw-{next(self.numbers)}"
        made = {"id": number, "status": "succeeded", "droplet_ids": [], **request.body}
        self.firewalls[number] = made
        return Answer(202, {"firewall": made})

    def _remove_firewall(self, _request: Request, id: str) -> Answer:  # noqa: A002
        return Answer(204) if self.firewalls.pop(id, None) else self.refuse(404)

    def _list_reserved(self, request: Request) -> Answer:
        return self.page(request, "reserved_ips", [self._ip(each) for each in self.reserved])

    def _add_reserved(self, request: Request) -> Answer:
        address = f"198.51.100.{len(self.reserved) + 1}"
        self.reserved[address] = request.body["droplet_id"]
        return Answer(202, {"reserved_ip": self._ip(address), "links": {}})

    def _remove_reserved(self, _request: Request, ip: str) -> Answer:
        return Answer(204) if self.reserved.pop(ip, None) else self.refuse(404)

    def _ip(self, address: str) -> Json:
        box = self.hall.boxes.get(self.reserved[address])
        region = {"slug": "fra1", "name": DIGITALOCEAN_REGIONS["fra1"]}
        droplet = self._box(box) if box else None
        return {"ip": address, "region": region, "droplet": droplet, "locked": False}

    def _box(self, box: Box) -> Json:
        kind = next(each for each in DIGITALOCEAN_SIZES if each[0] == box.size)
        status = {"running": "active", "starting": "new"}.get(box.status, box.status)
        v4 = {"ip_address": box.addresses.address, "netmask": "255.255.240.0", "type": "public"}
        v6 = {"ip_address": box.addresses.address6, "netmask": 64, "type": "public"}
        return {
            "id": box.id,
            "name": box.name,
            "memory": kind[2],
            "vcpus": kind[1],
            "disk": kind[3],
            "locked": self.hall.is_busy(box),
            "status": status,
            "created_at": box.created,
            "features": ["ipv6"],
            "size_slug": box.size,
            "region": {"slug": box.region, "name": DIGITALOCEAN_REGIONS.get(box.region, "")},
            "image": {"id": 1, "slug": "debian-13-x64"},
            "networks": {"v4": [v4], "v6": [v6]} if status != "new" else {"v4": [], "v6": []},
            "tags": list(box.tags),
            "snapshot_ids": list(box.snapshots),
        }
