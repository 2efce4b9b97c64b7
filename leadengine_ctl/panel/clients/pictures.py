"""A client's charts: usage by day, and how its host was over the last day."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from leadengine_ctl.fleet.agent_records import HealthRecord, UsageRecord
from leadengine_ctl.fleet.reports import Reports
from leadengine_ctl.panel.drawing import Chart, bars
from leadengine_ctl.panel.fleet.index import Row

_DAYS = 30
_PIECE = 1800
_PIECES = 48


@dataclass(frozen=True)
class Piece:
    """Half an hour of a host: its colour and the words for it."""

    tone: str
    title: str


def usage(reports: Reports, client: str) -> dict[str, Chart]:
    """What a client used in the last thirty days, by name of the chart; empty when it used nothing."""
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    found = {each.day: each for each in reports.usage(str(days[0]), client)}
    if not found:
        return {}
    return {
        "Visitors": bars(_steps(days, found, "visitors"), "visitors"),
        "Leads": bars(_steps(days, found, "leads"), "leads"),
        "API calls": bars(_steps(days, found, "api_calls"), "calls"),
        "Spent on language models": bars(
            [(name, micros / 1e6) for name, micros in _steps(days, found, "llm_micros")],
            "",
            money=True,
        ),
    }


def _steps(days: list[date], found: dict[str, UsageRecord], what: str) -> list[tuple[str, float]]:
    return [
        (f"{day:%d %b}", float(getattr(found[str(day)], what)) if str(day) in found else 0.0)
        for day in days
    ]


def health_strip(reports: Reports, host: str) -> tuple[Piece, ...]:
    """The last day of a client's host in half hours; silence is neither good nor bad."""
    end = int(time.time()) // _PIECE * _PIECE + _PIECE
    begin = end - _PIECE * _PIECES
    samples: dict[int, list[HealthRecord]] = {}
    for each in reports.health(host, begin):
        samples.setdefault((each.at - begin) // _PIECE, []).append(each)
    return tuple(
        _piece(begin + _PIECE * number, samples.get(number, [])) for number in range(_PIECES)
    )


def _piece(at: int, samples: list[HealthRecord]) -> Piece:
    when = f"{datetime.fromtimestamp(at, UTC):%H:%M} UTC"
    total = sum(each.samples for each in samples)
    well = sum(each.well for each in samples)
    if not total:
        return Piece("", f"{when}: no report")
    tone = "good" if well == total else "bad" if not well else "warn"
    return Piece(tone, f"{when}: well in {well} of {total} reports")


def has_backups(row: Row | None) -> bool:
    return row is not None and row.point is not None
