"""How much one agent may ask of the panel: an agent that was taken over floods its own bucket."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class _Bucket:
    left: float
    at: float


class Quota:
    """A token bucket for each name.

    Args:
        rate: tokens a second.
        burst: how many may be spent at once.
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def spend(self, name: str, amount: float = 1.0) -> float:
        """Take tokens; 0 when there were enough, else the seconds until there are."""
        now = self._clock()
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(self._burst, now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.left >= min(amount, self._burst):
            bucket.left -= amount
            return 0.0
        return max(0.1, (min(amount, self._burst) - bucket.left) / self._rate)

    def forget_idle(self) -> None:
        """Let go of buckets that are full again."""
        now = self._clock()
        full = [
            name
            for name, each in self._buckets.items()
            if each.left + (now - each.at) * self._rate >= self._burst
        ]
        for name in full:
            del self._buckets[name]
