"""DNS in Hetzner's Cloud API: zones, and in them sets of records (RRSets)."""

from typing import Protocol

from tests.lab.cloud.pages import hetzner_page
from tests.lab.cloud.web import Answer, Handler, Json, Request


class _Project(Protocol):
    def route(self, method: str, path: str, handler: Handler) -> None: ...
    def refuse(self, status: int) -> Answer: ...
    def refusal(self, status: int, code: str, message: str) -> Answer: ...
    def shown(self, action: None) -> Json: ...


class Zones:
    """The zones of a project: `zones.sets["example.com"][("leads", "A")]` is a set."""

    def __init__(self, project: _Project) -> None:
        self._project = project
        self.sets: dict[str, dict[tuple[str, str], Json]] = {}
        for method, path, handler in (
            ("GET", "/zones", self._zones),
            ("GET", "/zones/{zone}", self._zone),
            ("GET", "/zones/{zone}/rrsets", self._list),
            ("GET", "/zones/{zone}/rrsets/{name}/{kind}", self._get),
            ("POST", "/zones/{zone}/rrsets", self._create),
            ("DELETE", "/zones/{zone}/rrsets/{name}/{kind}", self._delete),
            ("POST", "/zones/{zone}/rrsets/{name}/{kind}/actions/set_records", self._set),
        ):
            project.route(method, path, handler)

    def add(self, zone: str) -> None:
        self.sets[zone] = {}

    def records(self, name: str, kind: str) -> list[str]:
        """The values that a full name has now."""
        for zone, sets in self.sets.items():
            short = "@" if name == zone else name.removesuffix(f".{zone}")
            if found := sets.get((short, kind)):
                return [each["value"] for each in found["records"]]
        return []

    def _find(self, zone: str) -> str | None:
        named = list(self.sets)
        if zone.isdigit():
            return named[int(zone) - 1] if 0 < int(zone) <= len(named) else None
        return zone if zone in self.sets else None

    def _shown(self, zone: str) -> Json:
        return {
            "id": 1 + list(self.sets).index(zone),
            "name": zone,
            "mode": "primary",
            "ttl": 3600,
            "status": "ok",
            "labels": {},
            "created": "2026-01-01T00:00:00Z",
            "record_count": len(self.sets[zone]),
            "protection": {"delete": False},
            "primary_nameservers": [],
            "authoritative_nameservers": None,
            "registrar": "other",
        }

    def _zones(self, request: Request) -> Answer:
        wanted = request.query.get("name")
        found = [self._shown(each) for each in self.sets if wanted in {None, each}]
        return Answer(200, hetzner_page(request, "zones", found))

    def _zone(self, _request: Request, zone: str) -> Answer:
        found = self._find(zone)
        return Answer(200, {"zone": self._shown(found)}) if found else self._project.refuse(404)

    def _list(self, request: Request, zone: str) -> Answer:
        found = self._find(zone)
        if not found:
            return self._project.refuse(404)
        return Answer(200, hetzner_page(request, "rrsets", list(self.sets[found].values())))

    def _get(self, _request: Request, zone: str, name: str, kind: str) -> Answer:
        found = self.sets.get(self._find(zone) or "", {}).get((name, kind))
        return Answer(200, {"rrset": found}) if found else self._project.refuse(404)

    def _create(self, request: Request, zone: str) -> Answer:
        found, body = self._find(zone), request.body
        if not found:
            return self._project.refuse(404)
        if (body["name"], body["type"]) in self.sets[found]:
            return self._project.refusal(409, "uniqueness_error", "rrset already exists")
        if not _is_quoted(body["type"], body.get("records", [])):
            return self._unquoted()
        made = {
            "id": f"{body['name']}/{body['type']}",
            "name": body["name"],
            "type": body["type"],
            "ttl": body.get("ttl"),
            "labels": body.get("labels", {}),
            "protection": {"change": False},
            "records": body.get("records", []),
            "zone": self._shown(found)["id"],
        }
        self.sets[found][body["name"], body["type"]] = made
        return Answer(201, {"rrset": made, "action": self._project.shown(None)})

    def _delete(self, _request: Request, zone: str, name: str, kind: str) -> Answer:
        found = self._find(zone)
        if not found or not self.sets[found].pop((name, kind), None):
            return self._project.refuse(404)
        return Answer(201, {"action": self._project.shown(None)})

    def _set(self, request: Request, zone: str, name: str, kind: str) -> Answer:
        found = self.sets.get(self._find(zone) or "", {}).get((name, kind))
        if not found:
            return self._project.refuse(404)
        if not _is_quoted(kind, request.body["records"]):
            return self._unquoted()
        found["records"] = request.body["records"]
        return Answer(201, {"action": self._project.shown(None)})

    def _unquoted(self) -> Answer:
        return self._project.refusal(422, "invalid_input", "TXT records must be fully escaped")


def _is_quoted(kind: str, records: list[dict[str, str]]) -> bool:
    """What a TXT record says stands in quotation marks, as in a zone file."""
    values = [each["value"] for each in records]
    return kind != "TXT" or all(one[0] == one[-1] == '"' for one in values)
