"""Zones that exist in memory only: for tests, and for trying commands out (`--dns memory`)."""

import json
from collections.abc import Iterable
from pathlib import Path

from leadengine_ctl.dns.base import Kind, Record, best_zone
from leadengine_ctl.dns.refusals import not_ours


class MemoryDns:
    """A provider.

    Args:
        zones: those it has.
        path: where its records are kept; None: they end with this object.
    """

    name = "memory"

    def __init__(self, zones: Iterable[str], path: Path | None = None) -> None:
        self._zones = tuple(zones)
        self._path = path
        self._records: set[Record] = set()

    def zone_of(self, name: str) -> str | None:
        return best_zone(name, self._zones)

    def values(self, name: str, kind: Kind) -> tuple[str, ...]:
        found = (each for each in self._load() if (each.name, each.kind) == (name, kind))
        return tuple(sorted(each.value for each in found))

    def put(self, record: Record) -> None:
        if self.zone_of(record.name) is None:
            raise not_ours("This memory", record.name)
        self._save(self._load() | {record})

    def remove(self, record: Record) -> None:
        self._save(self._load() - {record})

    def _load(self) -> set[Record]:
        if self._path and self._path.exists():
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            self._records = {Record(*each) for each in rows}
        return self._records

    def _save(self, records: set[Record]) -> None:
        self._records = records
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            rows = [(each.name, each.kind, each.value) for each in sorted(records)]
            self._path.write_text(json.dumps(rows), encoding="utf-8")
