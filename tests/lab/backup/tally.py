"""How far a long series of trials has come: printed, and kept in a file.

A series that is cut short has tried what it has tried: the last line says how often that was.
"""

import time
from pathlib import Path

FIGURES = Path("build/backup")


class Tally:
    """Counts the trials of one series.

    Args:
        wanted: how many trials there are to be.
    """

    def __init__(self, name: str, wanted: int) -> None:
        self._name = name
        self._wanted = wanted
        self._started = time.monotonic()
        self.done = 0
        self.seen: dict[str, int] = {}

    def add(self, trials: int = 1, **seen: int) -> None:
        """Trials have ended as they should; what they had besides is summed up under its name."""
        self.done += trials
        for what, number in seen.items():
            self.seen[what] = self.seen.get(what, 0) + number
        print(self.line, flush=True)  # noqa: T201
        FIGURES.mkdir(parents=True, exist_ok=True)
        (FIGURES / f"{self._name}.txt").write_text(f"{self.line}\n")

    @property
    def line(self) -> str:
        """Name, N so far of N wanted, seconds, and what was seen."""
        seconds = time.monotonic() - self._started
        more = "".join(f", {number} {what}" for what, number in self.seen.items())
        return f"{self._name}: {self.done} of {self._wanted} in {seconds:.0f} s{more}"
