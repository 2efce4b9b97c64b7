"""A run in words, kept where people find it."""

from collections.abc import Sequence
from pathlib import Path

from tests.lab.load.summary import Summary

REPORTS = Path("build/load")
WARMING_UP = 3.0
"""Seconds at the start of a run that count for nothing."""

Span = tuple[float, float]


def baseline(summary: Summary, spans: Sequence[Span]) -> Summary:
    """The requests before the first update."""
    begin = min(each.scheduled for each in summary.records)
    return summary.between(begin + WARMING_UP, spans[0][0])


def during(summary: Summary, spans: Sequence[Span]) -> Summary:
    """The requests that were due while some update was under way."""
    found = (each for span in spans for each in summary.between(*span).records)
    return Summary(tuple(found), summary.wanted)


def report(summary: Summary, spans: Sequence[Span], cost: float) -> list[str]:
    """Baseline, each update, the updates together, and all of it."""
    begin = min(each.scheduled for each in summary.records)
    lines = ["baseline", *baseline(summary, spans).lines()]
    for start, end in spans:
        lines.append(f"update at +{start - begin:.0f}s, {end - start:.1f}s")
        lines += summary.between(start, end).lines()
    if len(spans) > 1:
        lines += ["the updates together", *during(summary, spans).lines()]
    lines += ["all of it", *summary.lines(), f"the generator used {cost:.0f}s of CPU"]
    return [*lines, _streams(summary)]


def _streams(summary: Summary) -> str:
    back = [each.answered - each.scheduled for each in summary.streams if each.answered is not None]
    return f"streams: {len(back)} opened, the slowest within {max(back, default=0.0):.1f}s"


def keep_report(name: str, lines: list[str]) -> None:
    """Write it to `build/load/NAME.txt`."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"{name}.txt").write_text("\n".join(lines) + "\n")
