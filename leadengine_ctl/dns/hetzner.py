"""Zones in Hetzner's Cloud API, which took the place of the DNS console's own API."""

from hcloud.zones import BoundZoneRRSet, Zone, ZoneRecord

from leadengine_ctl.apis.hetzner import hetzner_client, missing_as_none, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import TTL, Kind, Record, best_zone, quoted, short_name, unquoted
from leadengine_ctl.dns.refusals import not_ours


class HetznerDns:
    """The zones of one project.

    Args:
        endpoint: the base URL of the API; None: Hetzner's own.
    """

    name = "hetzner"

    def __init__(self, token: str, patience: Patience, endpoint: str | None = None) -> None:
        self._client = hetzner_client(token, patience, endpoint)

    def zone_of(self, name: str) -> str | None:
        with translated():
            return best_zone(name, (str(each.name) for each in self._client.zones.get_all()))

    def values(self, name: str, kind: Kind) -> tuple[str, ...]:
        zone = self.zone_of(name)
        return _values(self._set(zone, name, kind)) if zone else ()

    def put(self, record: Record) -> None:
        zone = self.zone_of(record.name)
        if zone is None:
            raise not_ours("Hetzner", record.name)
        found = self._set(zone, record.name, record.kind)
        with translated():
            if found is None:
                self._client.zones.create_rrset(
                    Zone(name=zone),
                    name=short_name(record.name, zone),
                    type=record.kind,
                    ttl=TTL,
                    records=[ZoneRecord(value=quoted(record.kind, record.value))],
                )
            elif record.value not in _values(found):
                self._write(zone, record, (*_values(found), record.value))

    def remove(self, record: Record) -> None:
        zone = self.zone_of(record.name)
        found = self._set(zone, record.name, record.kind) if zone else None
        if zone is None or found is None or record.value not in _values(found):
            return
        kept = tuple(each for each in _values(found) if each != record.value)
        if kept:
            with translated():
                self._write(zone, record, kept)
        else:
            missing_as_none(found.delete_rrset)

    def _set(self, zone: str, name: str, kind: Kind) -> BoundZoneRRSet | None:
        short = short_name(name, zone)
        return missing_as_none(lambda: self._client.zones.get_rrset(Zone(name=zone), short, kind))

    def _write(self, zone: str, record: Record, values: tuple[str, ...]) -> None:
        found = self._set(zone, record.name, record.kind)
        if found is not None:
            written = [ZoneRecord(value=quoted(record.kind, each)) for each in values]
            found.set_rrset_records(written)


def _values(found: BoundZoneRRSet | None) -> tuple[str, ...]:
    if not found:
        return ()
    kind: Kind = "TXT" if found.type == "TXT" else "A"
    return tuple(sorted(unquoted(kind, str(each.value)) for each in found.records or []))
