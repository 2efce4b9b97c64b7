"""Cloudflare's API v4, as far as it is used: zones and their records."""

import itertools
from typing import ClassVar

from tests.lab.cloud.web import Answer, Api, Json, Request


class CloudflareApi(Api):
    """One account."""

    prefix = "/client/v4"
    limit = 1200
    REFUSALS: ClassVar = {
        401: ("10000", "Authentication error"),
        403: ("10000", "Authentication error"),
        404: ("7003", "Could not route to the resource"),
        429: ("10013", "More than 1200 requests per 300 seconds reached."),
    }

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[Json]] = {}
        self._numbers = itertools.count(500)
        for method, path, handler in (
            ("GET", "/zones", self._zones),
            ("GET", "/zones/{zone}/dns_records", self._list),
            ("POST", "/zones/{zone}/dns_records", self._create),
            ("DELETE", "/zones/{zone}/dns_records/{id}", self._delete),
        ):
            self.route(method, path, handler)

    def add(self, zone: str) -> None:
        self.found[zone] = []

    def records(self, name: str, kind: str) -> list[str]:
        """The values that a full name has now."""
        every = (each for records in self.found.values() for each in records)
        return [each["content"] for each in every if (each["name"], each["type"]) == (name, kind)]

    def refusal(self, status: int, code: str, message: str) -> Answer:
        errors = [{"code": int(code), "message": message}]
        return Answer(status, {"success": False, "errors": errors, "messages": [], "result": None})

    def _page(self, request: Request, found: list[Json]) -> Answer:
        size, number = int(request.query.get("per_page", 20)), int(request.query.get("page", 1))
        info = {
            "page": number,
            "per_page": size,
            "count": len(found),
            "total_count": len(found),
            "total_pages": max(1, -(-len(found) // size)),
        }
        part = found[(number - 1) * size : number * size]
        return Answer(200, {"success": True, "errors": [], "result": part, "result_info": info})

    def _zones(self, request: Request) -> Answer:
        wanted = request.query.get("name")
        found = [
            {"id": f"zone-{each}", "name": each, "status": "active"}
            for each in self.found
            if wanted in {None, each}
        ]
        return self._page(request, found)

    def _list(self, request: Request, zone: str) -> Answer:
        records = self.found.get(zone.removeprefix("zone-"))
        if records is None:
            return self.refuse(404)
        for field in ("name", "type"):
            if wanted := request.query.get(field):
                records = [each for each in records if each[field] == wanted]
        return self._page(request, records)

    def _create(self, request: Request, zone: str) -> Answer:
        records = self.found.get(zone.removeprefix("zone-"))
        if records is None:
            return self.refuse(404)
        new = (request.body["name"], request.body["type"], request.body["content"])
        if any((each["name"], each["type"], each["content"]) == new for each in records):
            return self.refusal(400, "81058", "An identical record already exists.")
        made = {"id": f"record-{next(self._numbers)}", **request.body}
        records.append(made)
        return Answer(200, {"success": True, "errors": [], "result": made})

    def _delete(self, _request: Request, zone: str, id: str) -> Answer:  # noqa: A002
        records = self.found.get(zone.removeprefix("zone-"), [])
        for each in records:
            if each["id"] == id:
                records.remove(each)
                return Answer(200, {"success": True, "errors": [], "result": {"id": id}})
        return self.refuse(404)
