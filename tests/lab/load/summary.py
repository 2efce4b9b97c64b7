"""What a run came to: was it valid, what failed and when, how long things took."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.lab.engine import LabError
from tests.lab.load.records import Kind, Record

ON_TIME = 0.25
"""Seconds after its moment within which a request has begun on time."""

LEAST_SHARE = 0.95
QUICK: tuple[Kind, ...] = ("page", "event", "idle")
"""Kinds whose time is the service's own: no handshake, no sleeping, no slow sending."""


@dataclass(frozen=True)
class Summary:
    """The records of one run.

    Attributes:
        wanted: requests a second.
    """

    records: tuple[Record, ...]
    wanted: float

    @property
    def requests(self) -> tuple[Record, ...]:
        return tuple(each for each in self.records if each.kind != "stream")

    @property
    def streams(self) -> tuple[Record, ...]:
        return tuple(each for each in self.records if each.kind == "stream")

    @property
    def achieved(self) -> float:
        """Requests a second that began on time, from the first to the last that was due."""
        due = [each.scheduled for each in self.requests]
        on_time = sum(each.started - each.scheduled <= ON_TIME for each in self.requests)
        return on_time / (max(due) - min(due) + 1 / self.wanted)

    def demand_validity(self) -> None:
        """Raises LabError: the load was not what it should have been, whatever came of it."""
        if self.achieved < LEAST_SHARE * self.wanted:
            message = (
                f"the load achieved {self.achieved:.0f} of {self.wanted:.0f} requests a second"
            )
            raise LabError(message)

    @property
    def failures(self) -> tuple[Record, ...]:
        return tuple(each for each in self.records if each.failed)

    def blackouts(self, seconds: float) -> tuple[Record, ...]:
        """Streams that were not back after so long."""
        return tuple(
            each
            for each in self.streams
            if each.answered is not None and each.answered - each.scheduled > seconds
        )

    def between(self, start: float, end: float) -> "Summary":
        """The requests that were due in this time (seconds since 1970)."""
        found = (each for each in self.records if start <= each.scheduled < end)
        return Summary(tuple(found), self.wanted)

    def percentile(self, share: float, kinds: Iterable[Kind] = QUICK) -> float:
        """Seconds within which this share of the requests ended; failed ones count as well."""
        chosen = set(kinds)
        times = sorted(each.seconds for each in self.records if each.kind in chosen)
        return times[min(len(times) - 1, int(len(times) * share))]

    def lines(self) -> list[str]:
        """For people: counts, times, and the first failures of each sort with their moments."""
        counts = Counter(each.kind for each in self.records)
        times = " ".join(
            f"p{share * 100:.0f}={self._milliseconds(share)}" for share in (0.5, 0.95, 0.99)
        )
        head = (
            f"{len(self.requests)} requests, {self.achieved:.0f}/s of {self.wanted:.0f}/s, {times}"
        )
        return [head, f"kinds: {dict(sorted(counts.items()))}", *self._failure_lines()]

    def _milliseconds(self, share: float) -> str:
        return f"{self.percentile(share) * 1000:.0f}ms"

    def _failure_lines(self) -> list[str]:
        begin = min((each.scheduled for each in self.records), default=0.0)
        sorts: dict[str, list[Record]] = {}
        for each in self.failures:
            sorts.setdefault(f"{each.kind} {each.status} {each.error[:90]}", []).append(each)
        return [
            f"FAILED {len(found)} x {sort}: ended at "
            + ", ".join(f"+{each.ended - begin:.1f}s" for each in found[:8])
            for sort, found in sorts.items()
        ]
