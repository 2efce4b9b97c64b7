"""What goes wrong between a client and an API, by order or by chance."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field

KINDS = ("429", "500", "503", "reset", "500-after", "reset-after")
"""`-after`: what was asked for was done, and only the answer is lost."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault for requests that match; empty matches all.

    Attributes:
        after: the seconds in `Retry-After` of a 429; None: no such header.
    """

    kind: str
    method: str = ""
    path: str = ""
    after: int | None = 0


@dataclass
class Faults:
    """A queue of ordered faults, and a rate of random ones.

    Attributes:
        happened: kind -> how often it really hit a request.
    """

    happened: Counter[str] = field(default_factory=Counter)
    _queue: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _random: random.Random | None = None
    _rate: float = 0.0

    def order(self, kind: str, times: int = 1, **match: object) -> None:
        """Let the next matching requests meet this fault."""
        with self._lock:
            self._queue += [Fault(kind, **match)] * times  # type: ignore[arg-type]

    def by_chance(self, seed: int, rate: float) -> None:
        """From now on let a part of all requests meet a fault."""
        self._random, self._rate = random.Random(seed), rate  # noqa: S311 - no secret

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
            self._rate = 0.0

    def draw(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        with self._lock:
            fault = self._ordered(method, path) or self._chance()
            if fault:
                self.happened[fault.kind] += 1
            return fault

    def _ordered(self, method: str, path: str) -> Fault | None:
        for fault in self._queue:
            if fault.method in {"", method} and fault.path in path:
                self._queue.remove(fault)
                return fault
        return None

    def _chance(self) -> Fault | None:
        if self._random and self._random.random() < self._rate:
            return Fault(self._random.choice(KINDS))
        return None
