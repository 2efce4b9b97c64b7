"""How many visits went through a row of steps, in this order.

A step is a path (`/pricing`, with everything below it) or the name of something that was tracked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_STEPS = 6


@dataclass(frozen=True)
class Step:
    """How many visits got so far; `share` is of those at the first step, `kept` of the one before."""

    name: str
    visits: int
    share: float
    kept: float

    @property
    def lost(self) -> float:
        """The share of the step before that went no further."""
        return 1 - self.kept


def steps_of(text: str) -> tuple[str, ...]:
    """The steps somebody typed, one to a line or between commas; the first six."""
    lines = text.replace(",", "\n").replace("\0", "").splitlines()
    return tuple(filter(None, (line.strip()[:200] for line in lines)))[:MOST_STEPS]


def shares(steps: Sequence[str], visits: Sequence[int]) -> list[Step]:
    """The same with shares between 0 and 1; of nothing, nothing is left."""
    before = [*visits[:1], *visits]
    return [
        Step(name, number, _share(number, visits[0]), _share(number, previous))
        for name, number, previous in zip(steps, visits, before, strict=False)
    ]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
