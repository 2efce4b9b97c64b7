"""Domains of DigitalOcean."""

from functools import partial
from typing import Any

from leadengine_ctl.apis.digitalocean import DigitalOceanApi, missing_as_none, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import TTL, Kind, Record, best_zone, short_name
from leadengine_ctl.dns.refusals import not_ours


class DigitalOceanDns:
    """The domains of one account.

    Args:
        endpoint: the base URL of the API; None: DigitalOcean's own.
    """

    name = "digitalocean"

    def __init__(self, token: str, patience: Patience, endpoint: str | None = None) -> None:
        self._api = DigitalOceanApi(token, patience, endpoint)

    def zone_of(self, name: str) -> str | None:
        with translated():
            found = self._api.get("domains")["domains"]
        return best_zone(name, (str(each["name"]) for each in found))

    def values(self, name: str, kind: Kind) -> tuple[str, ...]:
        zone = self.zone_of(name)
        return tuple(sorted(each["data"] for each in self._find(zone, name, kind)))

    def put(self, record: Record) -> None:
        zone = self.zone_of(record.name)
        if zone is None:
            raise not_ours("DigitalOcean", record.name)
        if any(each["data"] == record.value for each in self._find(zone, record.name, record.kind)):
            return
        with translated():
            self._api.post(
                f"domains/{zone}/records",
                {
                    "type": record.kind,
                    "name": short_name(record.name, zone),
                    "data": record.value,
                    "ttl": TTL,
                },
            )

    def remove(self, record: Record) -> None:
        zone = self.zone_of(record.name)
        for each in self._find(zone, record.name, record.kind):
            if each["data"] == record.value:
                path = f"domains/{zone}/records/{each['id']}"
                missing_as_none(partial(self._api.delete, path))

    def _find(self, zone: str | None, name: str, kind: Kind) -> list[dict[str, Any]]:
        if zone is None:
            return []
        with translated():
            found: list[dict[str, Any]] = self._api.get(
                f"domains/{zone}/records", name=name, type=kind
            )["domain_records"]
        return found
