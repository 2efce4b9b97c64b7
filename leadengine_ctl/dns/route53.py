"""Public zones of Amazon Route 53."""

from typing import Any

from leadengine_ctl.apis.aws import aws_client, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import TTL, Kind, Record, best_zone, quoted, unquoted
from leadengine_ctl.dns.refusals import not_ours


class Route53:
    """The public zones of one account.

    Args:
        endpoint: the base URL of the API; None: Amazon's own.
    """

    name = "route53"

    def __init__(self, patience: Patience, endpoint: str | None = None) -> None:
        # Route 53 is the same everywhere; a region is needed only to sign with.
        self._client = aws_client("route53", "us-east-1", patience, endpoint)

    def zone_of(self, name: str) -> str | None:
        return best_zone(name, self._zones())

    def values(self, name: str, kind: Kind) -> tuple[str, ...]:
        zone = self._zones().get(self.zone_of(name) or "")
        return self._read(zone, name, kind) if zone else ()

    def put(self, record: Record) -> None:
        zone = self._zones().get(self.zone_of(record.name) or "")
        if zone is None:
            raise not_ours("Route 53", record.name)
        old = self._read(zone, record.name, record.kind)
        if record.value not in old:
            self._change(zone, "UPSERT", record, (*old, record.value))

    def remove(self, record: Record) -> None:
        zone = self._zones().get(self.zone_of(record.name) or "")
        old = self._read(zone, record.name, record.kind) if zone else ()
        if zone is None or record.value not in old:
            return
        kept = tuple(each for each in old if each != record.value)
        if kept:
            self._change(zone, "UPSERT", record, kept)
        else:
            self._change(zone, "DELETE", record, old)

    def _zones(self) -> dict[str, str]:
        """Name -> id of each public zone."""
        with translated():
            pages = self._client.get_paginator("list_hosted_zones").paginate()
            found = [each for page in pages for each in page["HostedZones"]]
        return {
            each["Name"].rstrip("."): each["Id"]
            for each in found
            if not each["Config"]["PrivateZone"]
        }

    def _set(self, zone: str, name: str, kind: Kind) -> dict[str, Any] | None:
        with translated():
            found = self._client.list_resource_record_sets(
                HostedZoneId=zone, StartRecordName=name, StartRecordType=kind, MaxItems="1"
            )["ResourceRecordSets"]
        first = found[0] if found else None
        is_it = first and (_plain(first["Name"]), first["Type"]) == (name, kind)
        return first if is_it else None

    def _read(self, zone: str, name: str, kind: Kind) -> tuple[str, ...]:
        found = self._set(zone, name, kind) or {}
        values = (each["Value"] for each in found.get("ResourceRecords", []))
        return tuple(sorted(unquoted(kind, each) for each in values))

    def _change(self, zone: str, action: str, record: Record, values: tuple[str, ...]) -> None:
        old = self._set(zone, record.name, record.kind) or {}
        # A deletion has to repeat the set as it is.
        ttl = old.get("TTL", TTL) if action == "DELETE" else TTL
        changed = {
            "Name": record.name,
            "Type": record.kind,
            "TTL": ttl,
            "ResourceRecords": [{"Value": quoted(record.kind, each)} for each in values],
        }
        with translated():
            self._client.change_resource_record_sets(
                HostedZoneId=zone,
                ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": changed}]},
            )


def _plain(name: str) -> str:
    """A name as people write it: Route 53 answers `*` as the number that it has in ASCII."""
    return name.rstrip(".").replace("\\052", "*")
