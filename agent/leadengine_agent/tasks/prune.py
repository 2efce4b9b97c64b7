"""`prune`: remove what is not kept any more, with a key that the client's own host does not have.

Times of points are whatever somebody wrote there: the repository may have been filled by whoever holds
the host. So what is younger than the window stays, and at the first sign of that nothing goes at all.
"""

import time
from typing import Any

from leadengine_agent.backup.catalogue import seconds_of
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.repository import Repository, open_repository, points_in
from leadengine_agent.backup.retention import Dated, kept, reckoned, suspicion
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Point, Prune, PruneResult
from leadengine_agent.tasks.context import Context


def run(order: Prune, context: Context) -> dict[str, Any]:
    """Answer a `PruneResult`. The kit's key is on this host only while the task runs."""
    kit = order.kit
    target = next((each for each in kit.targets if each.name == order.target), None)
    if target is None:
        raise _no_such_target(order)
    home = BackupHome(context.layout, kit.client, borrowed=True)
    home.remove()
    results: list[PruneResult] = []
    try:
        home.adopt(kit.client_id, kit.password)
        home.accept(kit.credentials)
        repository = open_repository(home, target)

        def prune() -> Did:
            results.append(_prune(order, repository))
            return Did(bool(results[0].removed), f"{len(results[0].removed)} points removed")

        context.steps.run(f"prune {kit.client}", prune)
    finally:
        home.remove()
    return results[0].model_dump()


def _prune(order: Prune, repository: Repository) -> PruneResult:
    points = points_in(order.target, repository.snapshots())
    dated = [Dated(point.id, seconds_of(point.at)) for point in points]
    now = time.time()
    if reason := suspicion(dated, now):
        names = tuple(point.id for point in points)
        return PruneResult(kept=names, alarms=(f"nothing was removed: {reason}",))
    staying = kept(dated, order.keep, reckoned(dated, now))
    going = [point for point in points if point.id not in staying]
    if not order.dry_run:
        repository.forget([each for point in going for each in _snapshots(point)])
    return PruneResult(
        removed=tuple(point.id for point in going),
        kept=tuple(point.id for point in points if point.id in staying),
        freed_bytes=sum(copy.new_bytes for point in going for copy in point.copies),
    )


def _snapshots(point: Point) -> list[str]:
    return list(point.copies[0].snapshots.values())


def _no_such_target(order: Prune) -> TaskFailure:
    names = ", ".join(each.name for each in order.kit.targets)
    return TaskFailure(
        FailureCode.NOT_FOUND,
        f"The kit of {order.kit.client} knows no target '{order.target}'.",
        f"It knows: {names or 'none'}.",
        "Nothing was changed.",
    )
