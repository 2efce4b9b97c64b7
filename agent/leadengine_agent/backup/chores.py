"""What is due on a host, found out cheaply, and what follows a point: retention and alarms."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from leadengine_agent.backup.catalogue import Catalogue, seconds_of
from leadengine_agent.backup.due import Past, is_drill_due, is_point_due
from leadengine_agent.backup.history import History, fold
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import Backup, BackupPolicy, Verify
from leadengine_agent.records import Record, current_record
from leadengine_agent.stack import read_state

FROZEN = "frozen"
"""The note of a stack that must not be touched."""


@dataclass(frozen=True)
class Client:
    """A stack with its backups."""

    layout: StackLayout
    record: Record
    home: BackupHome

    @property
    def policy(self) -> BackupPolicy:
        return self.record.spec.backup

    @property
    def client_id(self) -> str:
        return self.record.spec.client_id

    def catalogue(self) -> Catalogue:
        return Catalogue(self.home.catalogue, self.home.password())

    def history(self) -> History:
        """What its catalogue says; a broken chain is an alarm."""
        catalogue = self.catalogue()
        history = fold(catalogue.entries())
        if trouble := catalogue.trouble():
            history.alarm(trouble)
        return history

    def since(self) -> float:
        """When its policy came into force."""
        return float(self.home.note("policy").get("since", 0.0))

    def past(self, history: History) -> Past:
        """What counts for the schedule."""
        newest = history.complete[-1] if history.complete else None
        good = seconds_of(newest.at) if newest else None
        return Past(good, history.attempted, history.failures, self.since())

    def glance(self) -> "Glance":
        """The few things that are asked twice a minute, without reading years of entries for them."""
        path = self.home.catalogue
        size = path.stat().st_size if path.exists() else 0
        known = self.home.note(_GLANCE)
        if known.get("size") != size:
            history = self.history()
            past = self.past(history)
            known = {
                "size": size,
                "good": past.good,
                "attempted": past.attempted,
                "failures": past.failures,
                "drilled": history.drilled,
                "restorable": bool(history.good),
            }
            if self.home.root.exists():
                self.home.write_note(_GLANCE, known)
        past = Past(known["good"], known["attempted"], known["failures"], self.since())
        return Glance(past, known["drilled"], known["restorable"])


_GLANCE = "glance"


@dataclass(frozen=True)
class Glance:
    """What of a catalogue decides whether something is due."""

    past: Past
    drilled: float | None
    restorable: bool


def clients(host: HostLayout, only: str | None = None) -> Iterator[Client]:
    """Every stack of the host that has backup targets and is not frozen."""
    for layout in [host.stack(only)] if only else host.stacks():
        record = current_record(layout)
        if record and record.spec.backup.targets and not read_state(layout, FROZEN):
            yield Client(layout, record, BackupHome(host, layout.client))


def due(order: Backup | Verify, host: HostLayout) -> list[Client]:
    """Those for which a scheduled order would do something now."""
    now = time.time()
    return [client for client in clients(host, order.client) if _is_due(order, client, now)]


def _is_due(order: Backup | Verify, client: Client, now: float) -> bool:
    schedule, seen = client.policy.schedule, client.glance()
    if isinstance(order, Backup):
        return is_point_due(schedule, client.client_id, seen.past, now)
    due = is_drill_due(schedule, client.client_id, seen.drilled, client.since(), now)
    return seen.restorable and due
