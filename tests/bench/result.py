"""What a measurement yields, and the table of all of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Result:
    """One number against its budget.

    Attributes:
        unit: as in `s`, `ms`, `MiB`, `%`, or a sign for a ratio.
        how: what was measured and how often, in a few words.
    """

    what: str
    value: float
    budget: float
    unit: str
    how: str

    @property
    def kept(self) -> bool:
        return self.value <= self.budget

    @property
    def row(self) -> str:
        verdict = "kept" if self.kept else "**missed**"
        shown = f"{_short(self.value)} {self.unit} | ≤ {_short(self.budget)} {self.unit}"
        return f"| {self.what} | {shown} | {verdict} | {self.how} |"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def spread(samples: Sequence[float]) -> str:
    """Median, extremes and number, for the column `how`."""
    return (
        f"median {median(samples):.2f}, {min(samples):.2f} to {max(samples):.2f}, N={len(samples)}"
    )


def report(results: Sequence[Result]) -> str:
    """The page docs/bench.md."""
    cores = os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = "\n".join(result.row for result in results)
    return f"""\
# Bench

Written by `make bench`; the budgets are promises, the peers of a ratio run on the same machine in the
same run. This run: {cores} cores, {memory:.0f} GiB, Linux {os.uname().release.split("-")[0]}.

| what | measured | budget | | how |
|---|---|---|---|---|
{rows}
"""


def write(results: Sequence[Result]) -> None:
    Path("docs/bench.md").write_text(report(results))
