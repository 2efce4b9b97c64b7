"""How well a client is backed up, as a memory host says it."""

from datetime import UTC, datetime, timedelta

from leadengine_agent.protocol import BackupState, Point, TargetState
from leadengine_ctl.hosts.memory_points import EVERY
from leadengine_ctl.hosts.memory_state import MemoryStack

_GRACE = timedelta(minutes=15)


def state_of_backups(stack: MemoryStack) -> BackupState:
    """How well a client is backed up, as its host knows."""
    policy, backups = stack.spec.backup, stack.backups
    every = EVERY[policy.schedule.every]
    targets = tuple(
        backups.targets.get(each.name, TargetState(name=each.name, kind=each.kind))
        for each in policy.targets
    )
    everywhere = [each for each in backups.points if all(copy.good for copy in each.copies)]
    good = [each for each in backups.points if each.is_good]
    last = everywhere[-1].at if everywhere else ""
    due = datetime.fromisoformat(last) if last else datetime.now(UTC)
    return BackupState.model_validate(
        {
            "condition": _condition(stack, targets),
            "targets": targets,
            "last_good": last,
            "newest": good[-1].id if good else None,
            "attempted": backups.attempted,
            "why": " ".join(each.why for each in targets if each.why),
            "overdue_after": (due + every + _GRACE).isoformat(timespec="seconds") if every else "",
            "verified": backups.drill.at if backups.drill else "",
            "verified_point": backups.drill.point if backups.drill else None,
            "rto_seconds": round(backups.drill.seconds) if backups.drill else None,
            "rpo_seconds": _gap(everywhere),
            "points": len(backups.points),
            "sealed_to": policy.recipients,
        }
    )


def _gap(points: list[Point]) -> int | None:
    if len(points) < 2:
        return None
    times = [datetime.fromisoformat(each.at) for each in points[-2:]]
    return int((times[1] - times[0]).total_seconds())


def _condition(stack: MemoryStack, targets: tuple[TargetState, ...]) -> str:
    if not targets or stack.spec.backup.schedule.every == "never":
        return "off"
    if not stack.backups.attempted:
        return "waiting"
    good = sum(each.good for each in targets)
    return "good" if good == len(targets) else ("partial" if good else "failed")
