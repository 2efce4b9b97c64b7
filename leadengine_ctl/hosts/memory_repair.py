"""Repairing a target on a memory host: what is stored there is damaged when the host was told so."""

from leadengine_agent.protocol import Point, Repair, RepairResult
from leadengine_ctl.hosts import memory_refusals as refusals
from leadengine_ctl.hosts.memory_repositories import Repositories
from leadengine_ctl.hosts.memory_state import MemoryBackups, MemoryStack

_WHY = "It was given up."


def give_up(
    order: Repair, stack: MemoryStack, repositories: Repositories
) -> tuple[RepairResult, MemoryBackups]:
    """What is lost at the target, and what the host knows of its points afterwards.

    Raises:
        RefusedError: there is no such target, it only lets add, or more is lost than was agreed to.
    """
    target = stack.spec.backup.target(order.target)
    if target is None:
        raise refusals.missing(f"backup target {order.target} of {order.client}", "Name another.")
    if target.append_only and not order.dry_run:
        raise refusals.only_adds(order.target)
    repository = repositories.read(order.client, target, stack.backups.password)
    hurt = order.target in repositories.faults.differs and repository is not None
    lost = tuple(each.point.id for each in repository.points) if repository and hurt else ()
    result = RepairResult(changed=False, damaged=("all",) if hurt else (), lost=lost)
    if order.dry_run:
        return result, stack.backups
    if set(lost) - set(order.give_up):
        raise refusals.more_is_lost(order.target, lost)
    if repository and lost:
        repositories.write(order.client, target, repository.model_copy(update={"points": ()}))
    points = tuple(_without(point, order.target, lost) for point in stack.backups.points)
    return result, stack.backups.model_copy(update={"points": points})


def _without(point: Point, target: str, lost: tuple[str, ...]) -> Point:
    if point.id not in lost:
        return point
    copies = tuple(
        copy.model_copy(update={"good": False, "why": _WHY}) if copy.target == target else copy
        for copy in point.copies
    )
    return point.model_copy(update={"copies": copies})
