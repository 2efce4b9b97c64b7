"""The fleet in memory: what the store last knew of each client, ready to be searched and sorted.

Ten thousand heartbeats are read once; after that only those that came since. What is derived from the clock,
as health is, is derived for each look anew.

Of a heartbeat only what a list shows is kept apart; the rest stays the text it came as. As objects they were
four hundred thousand, and each time Python looked for garbage among them everybody waited (decision 89).
"""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from leadengine_agent.reports import Heartbeat, StackVitals
from leadengine_ctl.fleet.overview import Brief, Overview, Spoken, Usage
from leadengine_ctl.planning.health import Health, Word, judge

log = logging.getLogger(__name__)

_FRESH = 2.0
"""Seconds for which a look at the store serves everybody."""

_KEPT = 15.0
"""The same where a thread looks again and again: nobody waits for it unless it cannot keep up."""

_USAGE_FRESH = 60.0
DAYS = 7
_NOTHING = Usage()


class Said(NamedTuple):
    """What a host said last. Sizes are in bytes.

    Attributes:
        clients: whose stacks it spoke of.
        body: its words, as JSON.
    """

    word: Word
    agent_version: str
    memory_total: int
    memory_free: int
    disk_total: int
    disk_free: int
    clients: tuple[str, ...]
    body: str

    @property
    def heartbeat(self) -> Heartbeat:
        """All of it; read anew each time, so ask for it for one host and not for all."""
        return Heartbeat.model_validate_json(self.body)


class Glance(NamedTuple):
    """A stack in the list.

    Attributes:
        point: when its newest verified recovery point was made; None: it has none.
        certificate: when its certificate ends, in seconds since 1970; 0: unknown.
        wildcard_advice: what to do for a name with a star; any other certificate mends itself.
    """

    healthy: bool
    release: str
    point: float | None
    certificate: float
    wildcard_advice: str


class Row(NamedTuple):
    """A client in the list: there are ten thousand in each look.

    Attributes:
        stack: what its host said of it; None: nothing.
        used, before: of the last seven days, and of the seven before.
    """

    brief: Brief
    health: Health
    why: str
    said: Said | None
    stack: Glance | None
    used: Usage
    before: Usage

    @property
    def slug(self) -> str:
        return self.brief.slug

    @property
    def vitals(self) -> StackVitals | None:
        """All that its host said of it: for the page of one client."""
        stacks = self.said.heartbeat.stacks if self.said and self.stack else ()
        return next((each for each in stacks if each.client == self.slug), None)

    @property
    def release(self) -> str:
        return self.stack.release if self.stack else (self.brief.release or "")

    @property
    def point(self) -> float | None:
        """When its newest verified recovery point was made."""
        return self.stack.point if self.stack else None

    @property
    def certificate_days(self) -> float | None:
        if self.stack is None or not self.stack.certificate:
            return None
        return (self.stack.certificate - time.time()) / 86_400

    @property
    def disk(self) -> float | None:
        """The share of its host's disk that is used."""
        if self.said is None or not self.said.disk_total:
            return None
        return 1 - self.said.disk_free / self.said.disk_total

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
        self._stacks: dict[tuple[str, str], Glance] = {}
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
        stack = self._stacks.get((brief.host, brief.slug))
        health, why = judge(said.word if said else None, now, stack.healthy if stack else None)
        if brief.release is None and stack is None:
            health, why = Health.UNKNOWN, "its first deploy has not ended"
        used, before = self._used.get(brief.slug, _NOTHING), self._before.get(brief.slug, _NOTHING)
        return Row(brief, health, why, said, stack, used, before)

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
            known = self._said.get(each.host)
            if known and known.word.received_at == each.received_at:
                continue
            beat = Heartbeat.model_validate_json(each.body)
            with self._lock:
                self._take(each, beat)
        self._briefs, self._read_at = briefs, time.monotonic()

    def _take(self, spoken: Spoken, beat: Heartbeat) -> None:
        host, before = spoken.host, self._said.get(spoken.host)
        self._stacks.update({(host, stack.client): _glance(stack) for stack in beat.stacks})
        self._said[host] = said = Said(
            Word(spoken.received_at, spoken.sent_at, beat.looked_at, spoken.interval),
            beat.agent_version,
            beat.memory_total,
            beat.memory_free,
            beat.disk_total,
            beat.disk_free,
            tuple(stack.client for stack in beat.stacks),
            spoken.body,
        )
        for client in set(before.clients if before else ()) - set(said.clients):
            del self._stacks[host, client]
        self._newest = max(self._newest, spoken.received_at)

    def _count_usage(self) -> None:
        today = datetime.now(UTC).date()
        days = [str(today - timedelta(days=back)) for back in (0, DAYS - 1, DAYS, 2 * DAYS - 1)]
        self._used = self._overview.usage(days[1], days[0])
        self._before = self._overview.usage(days[3], days[2])


def _glance(stack: StackVitals) -> Glance:
    ends, advice = stack.certificate.not_after, stack.certificate.advice
    point = stack.recovery_point
    return Glance(stack.healthy, stack.release, point, ends, advice if "*." in advice else "")
