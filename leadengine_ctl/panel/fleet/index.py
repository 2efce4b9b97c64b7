"""The fleet in memory: what the store last knew of each client, ready to be searched and sorted.

Ten thousand heartbeats are read once; after that only those that came since. What is derived from the clock,
as health is, is derived for each look anew.
"""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from leadengine_agent.reports import Heartbeat, StackVitals
from leadengine_ctl.fleet.overview import Brief, Overview, Usage
from leadengine_ctl.planning.health import Health, Word, judge

log = logging.getLogger(__name__)

_FRESH = 2.0
"""Seconds for which a look at the store serves everybody."""

_KEPT = 15.0
"""The same where a thread looks again and again: nobody waits for it unless it cannot keep up."""

_USAGE_FRESH = 60.0
DAYS = 7


@dataclass(frozen=True)
class Said:
    """What a host said last."""

    word: Word
    heartbeat: Heartbeat


class Row(NamedTuple):
    """A client in the list: there are ten thousand in each look.

    Attributes:
        point: when its newest verified recovery point was made; `certificate`: when its certificate ends.
        used, before: of the last seven days, and of the seven before.
    """

    brief: Brief
    health: Health
    why: str
    said: Said | None
    vitals: StackVitals | None
    used: Usage
    before: Usage

    @property
    def slug(self) -> str:
        return self.brief.slug

    @property
    def release(self) -> str:
        return self.vitals.release if self.vitals else (self.brief.release or "")

    @property
    def point(self) -> float | None:
        return self.vitals.recovery_point if self.vitals else None

    @property
    def certificate_days(self) -> float | None:
        if self.vitals is None or not self.vitals.certificate.not_after:
            return None
        return (self.vitals.certificate.not_after - time.time()) / 86_400

    @property
    def disk(self) -> float | None:
        """The share of its host's disk that is used."""
        beat = self.said.heartbeat if self.said else None
        if beat is None or not beat.disk_total:
            return None
        return 1 - beat.disk_free / beat.disk_total

    @property
    def trend(self) -> float | None:
        """How its visitors have grown from one week to the next; None: there were none to compare with."""
        if not self.before.visitors:
            return None
        return self.used.visitors / self.before.visitors - 1


class Index:
    """All clients; one for each process."""

    def __init__(self, overview: Overview) -> None:
        self._overview = overview
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._serves_for = _FRESH
        self._read_at = 0.0
        self._usage_at = 0.0
        self._newest = 0.0
        self._briefs: tuple[Brief, ...] = ()
        self._said: dict[str, Said] = {}
        self._vitals: dict[tuple[str, str], StackVitals] = {}
        self._used: dict[str, Usage] = {}
        self._before: dict[str, Usage] = {}

    def rows(self, scope: tuple[str, ...] | None = None) -> list[Row]:
        """The clients of a scope, by name, as they are now."""
        now = time.time()
        self._refresh()
        briefs = self._briefs
        mine = None if scope is None else set(scope)
        return [self._row(each, now) for each in briefs if mine is None or each.slug in mine]

    def row(self, client: str) -> Row | None:
        return next(iter(self.rows((client,))), None)

    def fresh_row(self, client: str) -> Row:
        """A client that was registered a moment ago.

        Raises:
            KeyError: there is none.
        """
        self._read_at = 0.0
        found = self.row(client)
        if found is None:
            raise KeyError(client)
        return found

    def said(self, host: str) -> Said | None:
        """What a host said last."""
        self._refresh()
        return self._said.get(host)

    def everything_said(self) -> dict[str, Said]:
        self._refresh()
        with self._lock:
            return dict(self._said)

    def _row(self, brief: Brief, now: float) -> Row:
        said = self._said.get(brief.host)
        vitals = self._vitals.get((brief.host, brief.slug))
        health, why = judge(said.word if said else None, now, vitals.healthy if vitals else None)
        if brief.release is None and vitals is None:
            health, why = Health.UNKNOWN, "its first deploy has not ended"
        none = Usage()
        used, before = self._used.get(brief.slug, none), self._before.get(brief.slug, none)
        return Row(brief, health, why, said, vitals, used, before)

    def keep_fresh(self, over: threading.Event) -> None:
        """Read what is new every two seconds until `over`, so that no look waits for the store."""
        self._serves_for = _KEPT
        while not over.wait(_FRESH):
            try:
                with self._reading:
                    self._read()
            except Exception:
                # Whoever looks next reads for themselves, and is told why that cannot be done.
                log.exception("the store could not be read")

    def _refresh(self) -> None:
        """Read the store, unless that was done a moment ago; one at a time, and the others wait for it."""
        if not self._is_old():
            return
        with self._reading:
            if self._is_old():
                self._read()

    def _is_old(self) -> bool:
        return not self._read_at or time.monotonic() - self._read_at >= self._serves_for

    def _read(self) -> None:
        now, briefs = time.monotonic(), self._overview.clients()
        # One second back: what was being written while we read last time.
        spoken = self._overview.spoken_since(self._newest - 1)
        if not self._usage_at or now - self._usage_at >= _USAGE_FRESH:
            self._count_usage()
            self._usage_at = now
        for each in spoken:
            word = Word(each.received_at, each.sent_at, 0.0, each.interval)
            known = self._said.get(each.host)
            if known and known.word.received_at == word.received_at:
                continue
            beat = Heartbeat.model_validate_json(each.body)
            with self._lock:
                self._take(each.host, word, beat)
        self._briefs, self._read_at = briefs, time.monotonic()

    def _take(self, host: str, word: Word, beat: Heartbeat) -> None:
        word = Word(word.received_at, word.sent_at, beat.looked_at, word.interval)
        gone = self._said.get(host)
        for stack in gone.heartbeat.stacks if gone else ():
            self._vitals.pop((host, stack.client), None)
        self._said[host] = Said(word, beat)
        self._vitals.update({(host, stack.client): stack for stack in beat.stacks})
        self._newest = max(self._newest, word.received_at)

    def _count_usage(self) -> None:
        today = datetime.now(UTC).date()
        days = [str(today - timedelta(days=back)) for back in (0, DAYS - 1, DAYS, 2 * DAYS - 1)]
        self._used = self._overview.usage(days[1], days[0])
        self._before = self._overview.usage(days[3], days[2])
