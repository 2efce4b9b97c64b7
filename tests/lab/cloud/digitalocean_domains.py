"""DNS in DigitalOcean's API: domains, and in them records, one value each."""

import itertools
from typing import Protocol

from tests.lab.cloud.web import Answer, Handler, Json, Request


class _Team(Protocol):
    def route(self, method: str, path: str, handler: Handler) -> None: ...
    def refuse(self, status: int) -> Answer: ...
    def page(self, request: Request, name: str, found: list[Json]) -> Answer: ...


class Domains:
    """The domains of a team: `domains.found["example.com"]` are its records."""

    def __init__(self, team: _Team) -> None:
        self._team = team
        self.found: dict[str, list[Json]] = {}
        self._numbers = itertools.count(500)
        for method, path, handler in (
            ("GET", "/domains", self._domains),
            ("GET", "/domains/{domain}/records", self._list),
            ("POST", "/domains/{domain}/records", self._create),
            ("DELETE", "/domains/{domain}/records/{id}", self._delete),
        ):
            team.route(method, path, handler)

    def add(self, domain: str) -> None:
        self.found[domain] = []

    def records(self, name: str, kind: str) -> list[str]:
        """The values that a full name has now."""
        return [
            each["data"]
            for domain, records in self.found.items()
            for each in records
            if each["type"] == kind and _full(each["name"], domain) == name
        ]

    def _domains(self, request: Request) -> Answer:
        found = [{"name": each, "ttl": 1800, "zone_file": ""} for each in self.found]
        return self._team.page(request, "domains", found)

    def _list(self, request: Request, domain: str) -> Answer:
        if domain not in self.found:
            return self._team.refuse(404)
        records = self.found[domain]
        if name := request.query.get("name"):
            records = [each for each in records if _full(each["name"], domain) == name]
        if kind := request.query.get("type"):
            records = [each for each in records if each["type"] == kind]
        return self._team.page(request, "domain_records", records)

    def _create(self, request: Request, domain: str) -> Answer:
        if domain not in self.found:
            return self._team.refuse(404)
        made = {"id": next(self._numbers), "ttl": 1800, **request.body}
        self.found[domain].append(made)
        return Answer(201, {"domain_record": made})

    def _delete(self, _request: Request, domain: str, id: str) -> Answer:  # noqa: A002
        records = self.found.get(domain, [])
        kept = [each for each in records if each["id"] != int(id)]
        if len(kept) == len(records):
            return self._team.refuse(404)
        self.found[domain] = kept
        return Answer(204)


def _full(name: str, domain: str) -> str:
    return domain if name == "@" else f"{name}.{domain}"
