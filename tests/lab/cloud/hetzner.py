"""Hetzner's Cloud API, as far as it is used: servers, sizes, keys, firewalls, images, addresses, zones.

Paths, fields, pages, errors and actions follow the public reference (docs.hetzner.cloud).
"""

import itertools
from typing import Any, ClassVar

from tests.lab.cloud.catalogue import HETZNER_LOCATIONS, HETZNER_TYPES, location, server_type
from tests.lab.cloud.hall import Action, Box, Hall
from tests.lab.cloud.hetzner_addresses import Floating, prices
from tests.lab.cloud.hetzner_zones import Zones
from tests.lab.cloud.pages import hetzner_page
from tests.lab.cloud.web import Answer, Api, Json, Request


class HetznerApi(Api):
    """One project."""

    prefix = "/v1"
    REFUSALS: ClassVar = {
        401: ("unauthorized", "unable to authenticate"),
        403: ("forbidden", "insufficient permissions for this request"),
        404: ("not_found", "resource not found"),
        429: ("rate_limit_exceeded", "API rate limit exceeded"),
    }

    def __init__(self, hall: Hall) -> None:
        super().__init__()
        self.hall = hall
        self.keys: dict[int, Json] = {}
        self.firewalls: dict[int, Json] = {}
        self.numbers = itertools.count(100)
        self.zones = Zones(self)
        self.floating = Floating(self)
        for method, path, handler in (
            ("GET", "/server_types", self._types),
            ("GET", "/locations", self._locations),
            ("GET", "/servers", self._servers),
            ("POST", "/servers", self._create),
            ("GET", "/servers/{id}", self._server),
            ("DELETE", "/servers/{id}", self._delete),
            ("POST", "/servers/{id}/actions/{action}", self._act),
            ("GET", "/actions/{id}", self._action),
            ("GET", "/ssh_keys", lambda r: self.listed(r, "ssh_keys", self.keys)),
            ("POST", "/ssh_keys", self._add_key),
            ("GET", "/firewalls", lambda r: self.listed(r, "firewalls", self.firewalls)),
            ("POST", "/firewalls", self._add_firewall),
            ("DELETE", "/firewalls/{id}", self._remove_firewall),
            ("GET", "/images", self._images),
            ("DELETE", "/images/{id}", self._remove_image),
            ("GET", "/pricing", lambda _: Answer(200, {"pricing": prices()})),
        ):
            self.route(method, path, handler)

    def refusal(self, status: int, code: str, message: str) -> Answer:
        return Answer(status, {"error": {"code": code, "message": message, "details": None}})

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.hall.settle()
            return super().answer(request)

    def shown(self, action: Action | None) -> Json:
        if action is None:
            return {"id": next(self.numbers), "command": "noop", "status": "success",
                    "progress": 100, "started": None, "finished": None, "resources": [],
                    "error": None}  # fmt: skip
        return {
            "id": action.id,
            "command": action.kind,
            "status": "success" if action.done else "running",
            "progress": 100 if action.done else 10,
            "started": "2026-01-01T00:00:00Z",
            "finished": "2026-01-01T00:00:01Z" if action.done else None,
            "resources": [{"id": action.server, "type": "server"}],
            "error": None,
        }

    def _types(self, request: Request) -> Answer:
        found = [server_type(*each) for each in HETZNER_TYPES]
        wanted = request.query.get("name")
        found = [each for each in found if wanted in {None, each["name"]}]
        for each in found:
            for place in each["locations"]:
                place["available"] = each["name"] not in self.hall.sold_out
        return Answer(200, hetzner_page(request, "server_types", found))

    def _locations(self, request: Request) -> Answer:
        wanted = request.query.get("name")
        found = [location(each) for each in HETZNER_LOCATIONS if wanted in {None, each}]
        return Answer(200, hetzner_page(request, "locations", found))

    def _servers(self, request: Request) -> Answer:
        found = [self._box(each) for each in self.hall.boxes.values()]
        found = [each for each in found if _matches(request, each["labels"])]
        name = request.query.get("name")
        found = [each for each in found if name in {None, each["name"]}]
        return Answer(200, hetzner_page(request, "servers", found))

    def _create(self, request: Request) -> Answer:
        body = request.body
        if any(each.name == body["name"] for each in self.hall.boxes.values()):
            return self.refusal(409, "uniqueness_error", "server name is already used")
        if len(self.hall.boxes) >= self.hall.limit:
            return self.refusal(403, "resource_limit_exceeded", "server limit exceeded")
        if self.hall.is_sold_out(body["server_type"]):
            return self.refusal(412, "resource_unavailable", "error during placement")
        if body["server_type"] not in {each[0] for each in HETZNER_TYPES}:
            return self.refusal(422, "invalid_input", "invalid input in field 'server_type'")
        if len(body.get("user_data", "")) > 32 * 1024:
            return self.refusal(422, "invalid_input", "invalid input in field 'user_data'")
        box, action = self.hall.create(
            body["name"], body["server_type"], body.get("location", "fsn1"),
            body.get("user_data", ""), body.get("labels", {}),
        )  # fmt: skip
        return Answer(
            201,
            {"server": self._box(box), "action": self.shown(action), "next_actions": [],
             "root_password": None if body.get("ssh_keys") else "mailed"},
        )  # fmt: skip

    def _server(self, _request: Request, id: str) -> Answer:  # noqa: A002
        box = self.hall.boxes.get(int(id))
        return Answer(200, {"server": self._box(box)}) if box else self.refuse(404)

    def _delete(self, _request: Request, id: str) -> Answer:  # noqa: A002
        box = self.hall.boxes.get(int(id))
        if box is None:
            return self.refuse(404)
        self.hall.delete(box)
        return Answer(200, {"action": self.shown(None)})

    def _act(self, request: Request, id: str, action: str) -> Answer:  # noqa: A002
        box = self.hall.boxes.get(int(id))
        if box is None:
            return self.refuse(404)
        if self.hall.is_busy(box):
            return self.refusal(423, "locked", "server is locked")
        if action == "change_type" and box.status != "off":
            return self.refusal(422, "invalid_input", "server must be powered off")
        extra: dict[str, Any] = {}
        if action in {"poweron", "poweroff"}:
            begun = self.hall.power(box, on=action == "poweron")
        elif action == "change_type":
            begun = self.hall.resize(box, request.body["server_type"])
        elif action == "rebuild":
            begun = self.hall.rebuild(box, request.body.get("user_data", box.user_data))
            extra = {"root_password": None}
        elif action == "create_image":
            labels = request.body.get("labels", {})
            number, begun = self.hall.snapshot(box, request.body["description"], labels)
            extra = {"image": self._image(number)}
        else:
            return self.refuse(404)
        return Answer(201, {"action": self.shown(begun), **extra})

    def _action(self, _request: Request, id: str) -> Answer:  # noqa: A002
        action = self.hall.actions.get(int(id))
        return Answer(200, {"action": self.shown(action)})

    def listed(self, request: Request, name: str, found: dict[int, Json]) -> Answer:
        wanted = request.query.get("name")
        kept = [
            each
            for each in found.values()
            if _matches(request, each["labels"]) and wanted in {None, each["name"]}
        ]
        return Answer(200, hetzner_page(request, name, kept))

    def _add_key(self, request: Request) -> Answer:
        body = request.body
        if any(each["public_key"] == body["public_key"] for each in self.keys.values()):
            return self.refusal(409, "uniqueness_error", "SSH key not unique")
        made = self.named(request, public_key=body["public_key"], fingerprint="aa:bb")
        self.keys[made["id"]] = made
        return Answer(201, {"ssh_key": made})

    def _add_firewall(self, request: Request) -> Answer:
        if any(each["name"] == request.body["name"] for each in self.firewalls.values()):
            return self.refusal(409, "uniqueness_error", "firewall name is already used")
        blank: Json = {"destination_ips": [], "source_ips": [], "port": None, "description": None}
        rules = [blank | each for each in request.body["rules"]]
        made = self.named(request, rules=rules, applied_to=[])
        self.firewalls[made["id"]] = made
        return Answer(201, {"firewall": made, "actions": []})

    def _remove_firewall(self, _request: Request, id: str) -> Answer:  # noqa: A002
        if self.hall.boxes:
            return self.refusal(409, "resource_in_use", "firewall with id is still in use")
        self.firewalls.pop(int(id), None)
        return Answer(204)

    def _images(self, request: Request) -> Answer:
        found = [self._image(number) for number in self.hall.pictures]
        found = [each for each in found if _matches(request, each["labels"])]
        return Answer(200, hetzner_page(request, "images", found))

    def _remove_image(self, _request: Request, id: str) -> Answer:  # noqa: A002
        return Answer(204) if self.hall.forget_picture(int(id)) else self.refuse(404)

    def named(self, request: Request, **values: object) -> Json:
        number = next(self.numbers)
        return {
            "id": number,
            "name": request.body.get("name", f"thing-{number}"),
            "labels": request.body.get("labels", {}),
            "created": "2026-01-01T00:00:00+00:00",
            **values,
        }

    def _box(self, box: Box) -> Json:
        kind = next(each for each in HETZNER_TYPES if each[0] == box.size)
        # A provider gives each server a network of its own; hosts of the lab share one.
        network = f"{box.addresses.address6}/128"
        return {
            "id": box.id,
            "name": box.name,
            "status": box.status,
            "created": box.created,
            "labels": box.tags,
            "server_type": server_type(*kind),
            "location": location(box.region),
            "image": None,
            "iso": None,
            "locked": self.hall.is_busy(box),
            "rescue_enabled": False,
            "volumes": [],
            "private_net": [],
            "protection": {"delete": False, "rebuild": False},
            "public_net": {
                "ipv4": {"id": 1, "ip": box.addresses.address, "blocked": False, "dns_ptr": "x"},
                "ipv6": {"id": 2, "ip": network, "blocked": False, "dns_ptr": []},
                "floating_ips": [],
                "firewalls": [],
            },
        }

    def _image(self, number: int) -> Json:
        picture = self.hall.pictures[number]
        return {
            "id": number,
            "type": "snapshot",
            "status": "available",
            "name": None,
            "description": picture.name,
            "labels": picture.labels,
            "image_size": 2.5,
            "disk_size": 80,
            "created": "2026-01-01T00:00:00+00:00",
            "created_from": {"id": picture.server, "name": "a-server"},
            "bound_to": None,
        }


def _matches(request: Request, labels: dict[str, str]) -> bool:
    selector = request.query.get("label_selector", "")
    wanted = (each.partition("=")[::2] for each in selector.split(",") if each)
    return all(labels.get(name) == value for name, value in wanted)
