"""After each point: what is not needed is marked, or removed where this host may; what vanished is told."""

import time
from typing import Any

from leadengine_agent.backup.ageing import moments_of
from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.repository import open_repository, points_in, tagged
from leadengine_agent.backup.retention import Dated, kept
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import Point, Target

_MANY = 20
"""Snapshots that nobody here made, at which a person should look."""


def keep(client: Client, point: Point) -> Did:
    """Apply retention, and compare every target that took the point with the catalogue.

    A target that did not take it is red already: asking it again would only hold up the next client for
    minutes. What fails here fails no backup: the point is there.
    """
    marked = mark(client)
    troubles = []
    took = {copy.target for copy in point.copies if copy.good}
    for target in (each for each in client.policy.targets if each.name in took):
        try:
            listed = open_repository(client.home, target).snapshots()
            compare(client, target, listed)
            if not target.append_only:
                _remove(client, target, listed)
        except TaskFailure as error:
            troubles.append(f"{target.name}: {error.failure.why}")
    detail = f"{marked} points are not needed any more" if marked else "every point is needed"
    return Did(bool(marked), "; ".join([detail, *troubles]))


def mark(client: Client) -> int:
    """Say in the catalogue which points are superfluous; removes nothing. Returns how many that were."""
    now = time.time()
    points = [point for point in client.history().points.values() if point.kept]
    # The number of an entry, not a time from some storage or clock, says what came after what.
    taken = moments_of(client.catalogue().entries(), now)
    dated = [Dated(point.id, taken[point.id], point.is_good) for point in points]
    staying = kept(dated, client.policy.keep, now)
    going = [point.id for point in points if point.id not in staying]
    if going:
        client.catalogue().add("expired", {"points": going})
    return len(going)


def look(client: Client, target: Target) -> list[str]:
    """Ask a target what it has, and `compare`."""
    return compare(client, target, open_repository(client.home, target).snapshots())


def compare(client: Client, target: Target, listed: list[dict[str, Any]]) -> list[str]:
    """What a target should list and does not is an alarm; the names of such points."""
    ids = {str(found["id"]) for found in listed}
    history = client.history()
    gone = [point for point in history.points.values() if _has_vanished(point, target, ids)]
    for point in gone:
        client.catalogue().add("gone", {"point": point.id, "target": target.name})
    strangers = [found for found in listed if tagged(found, "point") not in history.points]
    if len(strangers) > _MANY:
        text = f"'{target.name}' holds {len(strangers)} snapshots that this host did not make"
        if text not in history.alarms:
            client.catalogue().add("alarm", {"text": text})
    return [point.id for point in gone]


def _has_vanished(point: Point, target: Target, ids: set[str]) -> bool:
    copy = next((each for each in point.copies if each.target == target.name), None)
    if copy is None or not copy.good or copy.gone:
        return False
    # Where this host removes by itself, or an operator prunes, only a point that is kept counts.
    return point.kept and not ids.issuperset(copy.snapshots.values())


def _remove(client: Client, target: Target, listed: list[dict[str, Any]]) -> None:
    """Remove marked points, and snapshots of runs that were killed before they had a point."""
    history = client.history()
    whole = {point.id for point in points_in(target.name, listed)}
    waste = [str(each["id"]) for each in listed if _is_waste(each, history.points, whole)]
    open_repository(client.home, target).forget(waste)


def _is_waste(found: dict[str, Any], points: dict[str, Point], whole: set[str]) -> bool:
    name = tagged(found, "point")
    if name in points:
        return not points[name].kept
    # Half a point is what a killed run left. A whole one that nobody here knows is not ours to remove.
    return bool(name) and name not in whole
