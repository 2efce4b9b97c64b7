"""Floating addresses in Hetzner's Cloud API, which outlive the server they lead to, and their prices."""

from typing import Protocol

from tests.lab.cloud.catalogue import HETZNER_LOCATIONS, location
from tests.lab.cloud.hall import Hall
from tests.lab.cloud.web import Answer, Handler, Json, Request


class _Project(Protocol):
    hall: Hall

    def route(self, method: str, path: str, handler: Handler) -> None: ...
    def refuse(self, status: int) -> Answer: ...
    def shown(self, action: None) -> Json: ...
    def named(self, request: Request, **values: object) -> Json: ...
    def listed(self, request: Request, name: str, found: dict[int, Json]) -> Answer: ...


def prices() -> Json:
    """Of addresses and pictures, by location; of the form, not of the day."""
    price = {"net": "3.0000000000", "gross": "3.5700000000"}
    places = [{"location": each, "price_monthly": price} for each in HETZNER_LOCATIONS]
    floating = [{"type": kind, "prices": places} for kind in ("ipv4", "ipv6")]
    image = {"price_per_gb_month": {"net": "0.0110000000", "gross": "0.0130900000"}}
    return {"currency": "EUR", "vat_rate": "19.00", "image": image, "floating_ips": floating}


class Floating:
    """The floating addresses of a project, by number."""

    def __init__(self, project: _Project) -> None:
        self._project = project
        self.found: dict[int, Json] = {}
        for method, path, handler in (
            ("GET", "/floating_ips", self._list),
            ("POST", "/floating_ips", self._add),
            ("GET", "/floating_ips/{id}", self._get),
            ("PUT", "/floating_ips/{id}", self._change),
            ("DELETE", "/floating_ips/{id}", self._remove),
            ("POST", "/floating_ips/{id}/actions/assign", self._assign),
        ):
            project.route(method, path, handler)

    def _list(self, request: Request) -> Answer:
        for each in self.found.values():
            # One whose server is gone leads to nobody, and goes on.
            each["server"] = each["server"] if each["server"] in self._project.hall.boxes else None
        return self._project.listed(request, "floating_ips", self.found)

    def _add(self, request: Request) -> Answer:
        number = len(self.found) + 1
        made = self._project.named(
            request, ip=f"198.51.100.{number}", type="ipv4", server=request.body.get("server"),
            home_location=location("fsn1"), blocked=False, dns_ptr=[],
            protection={"delete": False}, description=None,
        )  # fmt: skip
        self.found[made["id"]] = made
        return Answer(201, {"floating_ip": made, "action": self._project.shown(None)})

    def _get(self, _request: Request, id: str) -> Answer:  # noqa: A002
        found = self.found.get(int(id))
        return Answer(200, {"floating_ip": found}) if found else self._project.refuse(404)

    def _change(self, request: Request, id: str) -> Answer:  # noqa: A002
        found = self.found.get(int(id))
        if found is None:
            return self._project.refuse(404)
        found["labels"] = request.body.get("labels", found["labels"])
        return Answer(200, {"floating_ip": found})

    def _remove(self, _request: Request, id: str) -> Answer:  # noqa: A002
        return Answer(204) if self.found.pop(int(id), None) else self._project.refuse(404)

    def _assign(self, request: Request, id: str) -> Answer:  # noqa: A002
        found = self.found.get(int(id))
        if found is None or request.body["server"] not in self._project.hall.boxes:
            return self._project.refuse(404)
        found["server"] = request.body["server"]
        return Answer(201, {"action": self._project.shown(None)})
