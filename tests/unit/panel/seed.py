"""A fleet that reports: heartbeats, usage and events as agents bring them, without the agents."""

import math
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from leadengine_agent.reports import (
    CertificateVitals,
    DayUsage,
    HealthPiece,
    Heartbeat,
    Report,
    ReportedEvent,
    ServiceVitals,
    StackVitals,
)
from leadengine_ctl.fleet.agent_records import Received
from leadengine_ctl.fleet.store import Store

_SERVICES = ("nginx", "api-blue", "worker", "db", "redis", "chromadb")
_GB = 1_000_000_000


def a_stack(client: str, *, healthy: bool = True, days: float = 60, **more: object) -> StackVitals:
    """How a client's stack is; `days` until its certificate ends."""
    now = time.time()
    services = tuple(
        ServiceVitals.model_validate(
            {
                "service": name,
                "state": "running",
                "health": "unhealthy" if name == "worker" and not healthy else "healthy",
            }
        )
        for name in _SERVICES
    )
    values = {
        "client": client,
        "release": "1.0.0",
        "generation": 1,
        "colour": "blue",
        "healthy": healthy,
        "services": services,
        "certificate": CertificateVitals(
            issuer_kind="acme", not_after=now + days * 86_400, looked_at=now
        ),
        "recovery_point": now - 5 * 3600,
        **more,
    }
    return StackVitals.model_validate(values)


def a_beat(*stacks: StackVitals, **more: object) -> Heartbeat:
    """How a host is."""
    values = {
        "looked_at": time.time(),
        "agent_version": "0.1.0",
        "engine_version": "26.1.5",
        "memory_total": 8 * _GB,
        "memory_free": 3 * _GB,
        "disk_total": 80 * _GB,
        "disk_free": 41 * _GB,
        "load": 0.4,
        "stacks": stacks,
        **more,
    }
    return Heartbeat.model_validate(values)


class Reporting:
    """Hosts that report to a store, at times of one's choice."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._enrolled: set[str] = set()
        self._number = int(time.time() * 1000)

    def report(
        self, host: str, beat: Heartbeat | None, at: float | None = None, **more: object
    ) -> None:
        """One report of a host, as if it had come at a time."""
        now = time.time() if at is None else at
        self._enrol(host, now)
        self._number += 1
        number = more.pop("number", self._number)
        values = {
            "boot": "0123456789abcdef",
            "number": number,
            "sent_at": now,
            "heartbeat": beat,
            **more,
        }
        received = Received(
            host, f"{self._number:032x}", now + 60, 1, Report.model_validate(values)
        )
        (verdict,) = self._store.intake.take([received], now)
        assert verdict == "taken", verdict

    def many(self, beats: Sequence[tuple[str, Heartbeat]]) -> None:
        """The heartbeats of many hosts at once."""
        now, requests = time.time(), []
        for host, beat in beats:
            self._enrol(host, now)
            self._number += 1
            values = {"boot": "0123456789abcdef", "number": self._number, "sent_at": now}
            report = Report.model_validate({**values, "heartbeat": beat})
            requests.append(Received(host, f"{self._number:032x}", now + 60, 1, report))
        for start in range(0, len(requests), 500):
            self._store.intake.take(requests[start : start + 500], now)

    def past(
        self,
        host: str,
        days: int,
        well: Callable[[float], bool] = lambda _hours: True,
        fills: float = 0.0,
    ) -> None:
        """How a host was: `well` by hours before now; `fills`: gigabytes of disk it lost in a day."""
        now = int(time.time()) // 900 * 900
        pieces = []
        for back in range(days * 96, -1, -1):
            hours = back / 4
            free = 41 * _GB + int(fills * _GB * hours / 24)
            good = 30 if well(hours) else 0
            pieces.append(
                HealthPiece(
                    at=now - back * 900,
                    span=900,
                    samples=30,
                    well=good,
                    disk_free=free,
                    memory_free=3 * _GB + int(500_000_000 * math.sin(back / 15)),
                )
            )
        for start in range(0, len(pieces), 200):
            self.report(host, None, health=tuple(pieces[start : start + 200]))

    def use(
        self, host: str, client: str, days: int, scale: int = 100, growth: float = 0.02
    ) -> None:
        """Usage of the last days, which grows from day to day."""
        today, chance = datetime.now(UTC).date(), random.Random(client)  # noqa: S311
        usage = []
        for back in range(days):
            visitors = int(scale * (1 - growth) ** back * chance.uniform(0.8, 1.2))
            usage.append(
                DayUsage(
                    client=client,
                    day=str(today - timedelta(days=back)),
                    api_calls=visitors * 9,
                    visitors=visitors,
                    leads=visitors // 20,
                    llm_micros=visitors * 4_200,
                )
            )
        self.report(host, None, usage=tuple(usage))

    def event(
        self,
        host: str,
        client: str,
        seq: int,
        words: tuple[str, str, str, str],
        actor: str = "the host",
    ) -> None:
        """An event: kind, what, state and detail."""
        kind, what, state, detail = words
        event = ReportedEvent.model_validate(
            {
                "seq": seq,
                "at": time.time() - 600,
                "kind": kind,
                "client": client,
                "what": what,
                "state": state,
                "detail": detail,
                "actor": actor,
            }
        )
        self.report(host, None, events=(event,))

    def _enrol(self, host: str, now: float) -> None:
        if host in self._enrolled:
            return
        token = self._store.agents.issue_token(host, "a test", now)
        key = f"{abs(hash(host)):043x}="[-44:]
        assert self._store.agents.enrol(token, host, key, "0.1.0", now)
        self._enrolled.add(host)
