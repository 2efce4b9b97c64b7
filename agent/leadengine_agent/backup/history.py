"""What the catalogue's entries come to: the points as they are now, and what went wrong."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from leadengine_agent.backup.catalogue import Entry
from leadengine_agent.protocol import Copy, Point, Verification
from leadengine_agent.values import PointId

_BACK = 300.0
"""Seconds that a clock may go back without anybody being told: time services correct."""


@dataclass
class History:
    """The state that all entries together make.

    Attributes:
        points: oldest first, in the order in which they were taken, whatever their times say.
        attempted: when a point was last tried, by the catalogue; None: never.
        failures: how many attempts have failed since the last one that was good everywhere.
        why: on the newest attempt; empty: it was good everywhere.
        alarms: not yet looked at, oldest first, each once.
        drills: the newest of each point.
    """

    points: dict[PointId, Point] = field(default_factory=dict)
    attempted: float | None = None
    failures: int = 0
    why: str = ""
    alarms: list[str] = field(default_factory=list)
    drills: dict[PointId, Verification] = field(default_factory=dict)
    last_drill: Verification | None = None
    drilled: float | None = None
    chain: tuple[int, str] = (0, "")
    target_failures: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> list[Point]:
        """Those that can be restored from somewhere, oldest first."""
        return [point for point in self.points.values() if point.is_good]

    @property
    def complete(self) -> list[Point]:
        """Those that are good at every target they were meant for, oldest first."""
        return [
            point
            for point in self.good
            if all(copy.good and not copy.gone for copy in point.copies)
        ]

    def alarms_at(self, targets: Collection[str]) -> tuple[str, ...]:
        """Alarms that are to be looked at still: what vanished from a storage that was given up is past."""
        past = {
            _vanished(point, copy)
            for point in self.points.values()
            for copy in point.copies
            if copy.target not in targets
        }
        return tuple(text for text in self.alarms if text not in past)

    def alarm(self, text: str) -> None:
        if text not in self.alarms:
            self.alarms.append(text)


def fold(entries: Iterable[Entry]) -> History:
    """Take in all entries, oldest first.

    A clock that went back is an alarm until a point that came after it is good everywhere: from then on there
    is one whose time can be relied on.
    """
    history, before, went_back = History(), 0.0, False
    for entry in entries:
        _take_in(history, entry)
        history.chain = (entry.number, entry.hash)
        if entry.at < before - _BACK:
            went_back = True
        elif entry.kind == "point" and not history.why:
            went_back = False
        before = entry.at
    if went_back:
        history.alarm("the host's clock went back: times of points cannot be relied on")
    for point in history.points.values():
        for copy in point.copies:
            if copy.gone and point.kept:
                history.alarm(_vanished(point, copy))
    return history


def _vanished(point: Point, copy: Copy) -> str:
    return f"the point {point.id} has vanished from '{copy.target}'"


def _take_in(history: History, entry: Entry) -> None:
    match entry.kind:
        case "point" | "failed":
            _attempt(history, entry)
        case "drill":
            _drill(history, Verification.model_validate(entry.body), entry.at)
        case "expired":
            for name in entry.body["points"]:
                _change(history, name, kept=False)
        case "gone":
            _change_copy(history, entry.body["point"], entry.body["target"], gone=True)
        case "lost":
            for name in entry.body["points"]:
                lost = {"good": False, "gone": False, "why": _LOST}
                _change_copy(history, name, entry.body["target"], **lost)
        case "alarm":
            history.alarm(entry.body["text"])
        case "restored":
            return


def _attempt(history: History, entry: Entry) -> None:
    history.attempted, history.why = entry.at, entry.body.get("why", "")
    if entry.kind == "failed":
        history.failures += 1
        history.target_failures = {"*": history.why}
        return
    point = Point.model_validate(entry.body)
    history.points[point.id] = point
    bad = {copy.target: copy.why for copy in point.copies if not copy.good}
    history.target_failures = bad
    history.why = "; ".join(f"{name}: {why}" for name, why in bad.items())
    history.failures = history.failures + 1 if bad else 0


def _drill(history: History, drill: Verification, at: float) -> None:
    history.drills[drill.point], history.last_drill, history.drilled = drill, drill, at
    if drill.equal:
        # What is newer is proven there: the earlier trouble is over.
        mark = f" at '{drill.target}' failed: "
        history.alarms = [each for each in history.alarms if mark not in each]
        _change(history, drill.point, verified_at=drill.at)
    else:
        first = drill.differences[0] if drill.differences else "it could not be restored"
        history.alarm(f"the drill of {drill.point} at '{drill.target}' failed: {first}")


_LOST = "The storage damaged or lost what it needs, and it was given up."


def _change_copy(history: History, name: PointId, target: str, **update: object) -> None:
    point = history.points.get(name)
    if point is None:
        return
    copies = tuple(
        copy.model_copy(update=update) if copy.target == target else copy for copy in point.copies
    )
    _change(history, name, copies=copies)


def _change(history: History, name: PointId, **update: object) -> None:
    if name in history.points:
        history.points[name] = history.points[name].model_copy(update=update)
