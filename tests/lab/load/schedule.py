"""An open loop: requests begin when they are due, however the ones before them fare."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from tests.lab.load.records import Kind
from tests.lab.load.traffic import Visitors

SHARES: dict[Kind, float] = {
    "page": 0.50,
    "event": 0.30,
    "idle": 0.15,
    "fresh": 0.04,
    "slow": 0.007,
    "upload": 0.003,
}
GENTLE: dict[Kind, float] = {"page": 0.55, "event": 0.35, "idle": 0.10}
"""For a product without the lab's own paths."""

MIXES = {"whole": SHARES, "gentle": GENTLE}


@dataclass
class Schedule:
    """Arrivals at an even pace, kinds drawn by their shares; the same in every run.

    Attributes:
        rate: requests a second.
    """

    rate: float
    shares: dict[Kind, float]
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, visitors: Visitors, over: asyncio.Event) -> None:
        """Start requests until `over` is set, then wait for those under way."""
        kinds = random.Random(1)  # noqa: S311 - the same traffic in every run
        names, weights = list(self.shares), list(self.shares.values())
        begin = time.time()
        number = 0
        while not over.is_set():
            due = begin + number / self.rate
            await asyncio.sleep(max(0.0, due - time.time()))
            self._start(visitors, kinds.choices(names, weights)[0], due)
            number += 1
        await asyncio.gather(*self._running)

    def _start(self, visitors: Visitors, kind: Kind, due: float) -> None:
        task = asyncio.create_task(visitors.visit(kind, due))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
