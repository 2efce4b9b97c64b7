"""The watch: looks at the fleet twice a minute, and says outside that it does.

One panel of several has it at a time. Whoever watches the watch is outside: a monitor that expects a request
at `LECTL_DEADMAN_URL` after each look raises the alarm when none comes, whatever else has died.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime

from leadengine_ctl.notify.base import NotSentError
from leadengine_ctl.notify.outward import post_json
from leadengine_ctl.operations.alerting import DUTY, prove_channels, settle
from leadengine_ctl.operations.base import World
from leadengine_ctl.panel.duty import Duty
from leadengine_ctl.panel.fleet.index import Index, Row
from leadengine_ctl.planning.alerts import (
    Finding,
    Limits,
    Watched,
    look_at_channels,
    look_at_clients,
    look_at_clocks,
    look_at_disks,
    look_at_workers,
)
from leadengine_ctl.planning.capacity import Sample, days_until_full
from leadengine_ctl.planning.health import wrong_clock

log = logging.getLogger(__name__)

_DISKS_EVERY = 900.0
_LOOKS = 25
"""Looks in which the disks of all hosts are gone through: history is long, and people wait meanwhile."""

_DISK_DAYS, _STEP = 7, 3 * 3600
"""Days of history, and seconds between two samples of it."""

_SETTLING = 120.0
"""Seconds after the start in which silence is not alarming: hosts come back one by one."""


class Watch(Duty):
    name = DUTY
    pause = 30.0
    lease = 90.0

    def __init__(self, world: World, index: Index) -> None:
        super().__init__(world)
        self._index = index
        self._began = time.monotonic()
        self._tried: dict[str, float] = {}
        self._disks: dict[str, float] = {}
        self._disks_at: dict[str, float] = {}

    def work(self) -> bool:
        """Look once. That nobody looked shows outside, by the request that did not come."""
        if not self._is_mine():
            return False
        store = self._world.store
        settle(self._world, self.findings())
        prove_channels(self._world, self._tried)
        store.duties.done(DUTY)
        if url := self._world.settings.deadman_url:
            try:
                post_json(url.get_secret_value(), {"watch": "looked"})
            except NotSentError as error:
                log.warning("the dead man's switch was not told: %s", error.why)
        return True

    def findings(self) -> Iterator[Finding]:
        """What is wrong now."""
        settings, store = self._world.settings, self._world.store
        limits = Limits(backup_hours=settings.alert_backup_hours)
        rows = self._index.rows()
        settled = time.monotonic() - self._began > _SETTLING
        for found in look_at_clients([_watched(row) for row in rows], limits):
            if settled or found.kind != "silence":
                yield found
        said, now = self._index.everything_said(), time.time()
        yield from look_at_disks(self._full_in({row.brief.host for row in rows}), limits)
        clocks = {host: wrong_clock(each.word, now) for host, each in said.items()}
        yield from look_at_clocks(clocks)
        yield from look_at_workers(store.jobs.oldest_waiting())
        failures = {each.name: each.failure for each in store.alerts.channels() if each.failure}
        yield from look_at_channels(failures)

    def _full_in(self, hosts: set[str]) -> dict[str, float]:
        """Host -> days until its disk is full; each is asked about four times an hour, a few in each look."""
        now = time.monotonic()
        due = sorted(
            host for host in hosts if now - self._disks_at.get(host, -_DISKS_EVERY) >= _DISKS_EVERY
        )[: 1 + len(hosts) // _LOOKS]
        since = time.time() - _DISK_DAYS * 86_400
        history = self._world.store.reports.free_sizes(due, since, _STEP)
        for host in due:
            days = days_until_full([Sample(*each) for each in history.get(host, ())])
            self._disks_at[host] = now
            self._disks.pop(host, None)
            if days is not None:
                self._disks[host] = days
        return {host: days for host, days in self._disks.items() if host in hosts}


def _watched(row: Row) -> Watched:
    now = time.time()
    created = datetime.fromisoformat(row.brief.created_at).timestamp()
    return Watched(
        client=row.slug,
        health=row.health,
        why=row.why,
        age=now - created,
        certificate_days=row.certificate_days,
        point_age=None if row.point is None else now - row.point,
        wildcard_advice=row.stack.wildcard_advice if row.stack else "",
    )
