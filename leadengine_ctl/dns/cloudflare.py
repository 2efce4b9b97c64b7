"""Zones of Cloudflare. Records are not proxied: the certificate's check has to reach the host."""

from collections.abc import Iterator
from typing import Any

import requests

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError, token_refused
from leadengine_ctl.apis.session import PatientSession
from leadengine_ctl.dns.base import TTL, Kind, Record, best_zone, quoted, unquoted
from leadengine_ctl.dns.refusals import not_ours

_OWN = "https://api.cloudflare.com/client/v4"
_PAGE = 50
_KNOWN = 81058
"""The code for "there is an identical record"."""


class CloudflareDns:
    """The zones that a token may change.

    Args:
        endpoint: the base URL of the API; None: Cloudflare's own.
    """

    name = "cloudflare"

    def __init__(self, token: str, patience: Patience, endpoint: str | None = None) -> None:
        self._session = PatientSession("Cloudflare", patience)
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._base = endpoint or _OWN

    def zone_of(self, name: str) -> str | None:
        return best_zone(name, self._zones())

    def values(self, name: str, kind: Kind) -> tuple[str, ...]:
        zone = self._zones().get(self.zone_of(name) or "")
        return tuple(sorted(_value(each) for each in self._find(zone, name, kind)))

    def put(self, record: Record) -> None:
        zone = self._zones().get(self.zone_of(record.name) or "")
        if zone is None:
            raise not_ours("Cloudflare", record.name)
        found = self._find(zone, record.name, record.kind)
        if any(_value(each) == record.value for each in found):
            return
        body = {
            "type": record.kind,
            "name": record.name,
            "content": quoted(record.kind, record.value),
            "ttl": TTL,
            "proxied": False,
        }
        self._ask("POST", f"/zones/{zone}/dns_records", json=body)

    def remove(self, record: Record) -> None:
        zone = self._zones().get(self.zone_of(record.name) or "")
        for each in self._find(zone, record.name, record.kind):
            if _value(each) == record.value:
                self._ask("DELETE", f"/zones/{zone}/dns_records/{each['id']}")

    def _zones(self) -> dict[str, str]:
        """Name -> id of each zone."""
        return {each["name"]: each["id"] for each in self._all("/zones")}

    def _find(self, zone: str | None, name: str, kind: Kind) -> list[dict[str, Any]]:
        if zone is None:
            return []
        return list(self._all(f"/zones/{zone}/dns_records", name=name, type=kind))

    def _all(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        page, last = 1, 1
        while page <= last:
            params = {**query, "page": str(page), "per_page": str(_PAGE)}
            answer = self._ask("GET", path, params=params)
            yield from answer["result"]
            page, last = page + 1, answer["result_info"]["total_pages"]

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._session.request(method, self._base + path, **options)
        said = _read(answer)
        if answer.ok and said.get("success"):
            return said
        errors = said.get("errors") or [{"code": answer.status_code, "message": answer.reason}]
        if answer.status_code in {401, 403}:
            raise token_refused("Cloudflare", "LECTL_CLOUDFLARE_TOKEN", answer.status_code)
        if errors[0]["code"] == _KNOWN or (method == "DELETE" and answer.status_code == 404):
            return said
        raise ApiError(
            "Cloudflare refuses",
            f"Cloudflare says: {errors[0]['message']} ({errors[0]['code']}).",
            "Change the command as the answer says.",
        )


def _value(record: dict[str, Any]) -> str:
    return unquoted(record["type"], record["content"])


def _read(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
