"""Tables of recovery points."""

from collections.abc import Iterable
from datetime import UTC, datetime

import typer

from leadengine_agent.protocol import Copy, Point
from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.progress import size
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.operations.backups.points import read_points
from leadengine_ctl.operations.reads import ClientStatus, read_status
from leadengine_ctl.planning.freshness import age

_HEADER = ("GOOD", "POINT", "AGE", "WHY", "RELEASE", "SIZE", "NEW", "WHERE", "PROVEN")
_TONES = {"yes": "good", "partly": "warn", "no": "bad"}
_WHY = {
    "manual": "asked",
    "scheduled": "schedule",
    "before-update": "update",
    "before-restore": "restore",
}
"""Reasons in people's words; 'update' and 'restore': what came after it."""


def put_points(session: Session, client: str, *, check: bool) -> None:
    """One line a point, then how well the client is backed up.

    Raises:
        Exit: with 3, when something is wrong.
    """
    found = read_points(session.world, client, check=check)
    (status,) = read_status(session.world, client)
    if session.as_json:
        points = [each.model_dump(mode="json") for each in found.points]
        result = {"kind": "result", "client": client, "points": points}
        terminal.put_json({**result, "backup": status.backups.as_json()})
    else:
        _show(found.points, found.alarms, status)
    if found.alarms or status.backups.verdict.red:
        raise typer.Exit(ExitCode.PARTIAL)


def put_table(points: tuple[Point, ...], client: str) -> None:
    """One line a point."""
    if points:
        rows = [_row(each) for each in points]
        terminal.put_table([_HEADER, *rows], ["", *(_TONES[row[0]] for row in rows)])
    else:
        terminal.say(f"There are none yet. Take one: lectl backup {client}")


def _show(points: tuple[Point, ...], alarms: Iterable[str], status: ClientStatus) -> None:
    put_table(points, status.client.slug)
    for text in filter(None, (*alarms, status.backups.verdict.sentence, _measured(status))):
        terminal.say(text)


def _row(each: Point) -> tuple[str, ...]:
    good = [copy for copy in each.copies if copy.good and not copy.gone]
    state = "yes" if good and len(good) == len(each.copies) else ("partly" if good else "no")
    return (
        state,
        each.id,
        _since(each.at),
        _WHY.get(each.reason, each.reason),
        each.release,
        size(each.size),
        size(sum(copy.new_bytes for copy in each.copies)),
        ", ".join(_place(copy) for copy in each.copies),
        f"{_since(each.verified_at)} ago" if each.verified_at else "-",
    )


def _since(at: str) -> str:
    return age(datetime.now(UTC) - datetime.fromisoformat(at))


def _place(copy: Copy) -> str:
    if copy.gone:
        return f"{copy.target} (gone)"
    return copy.target if copy.good else f"{copy.target} (no)"


def _measured(status: ClientStatus) -> str:
    """What was measured, of how much can be lost and how long it takes to be back."""
    state = status.backups.state
    if state is None:
        return ""
    rpo = f"{state.rpo_seconds} s between the last two points" if state.rpo_seconds else ""
    rto = f"{state.rto_seconds} s for the last proof" if state.rto_seconds is not None else ""
    both = ", ".join(filter(None, (rpo, rto)))
    return f"Measured: {both}." if both else ""
