"""Taking, listing, proving and pruning recovery points on a memory host."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from leadengine_agent.protocol import (
    Activate,
    Backup,
    BackupReason,
    BackupResult,
    Copy,
    Point,
    Points,
    PointsResult,
    Prune,
    PruneResult,
    RecoveryKit,
    Repair,
    RepairResult,
    Target,
    TargetCredentials,
    TargetState,
    Verification,
    Verify,
    VerifyResult,
)
from leadengine_ctl.hosts import memory_refusals as refusals
from leadengine_ctl.hosts.memory_repair import give_up
from leadengine_ctl.hosts.memory_repositories import Repositories
from leadengine_ctl.hosts.memory_state import MemoryBackups, MemoryStack, MemoryState
from leadengine_ctl.hosts.memory_storage import KeptPoint, MemoryRepository

EVERY = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "never": None}


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def stack_of(state: MemoryState, client: str) -> MemoryStack:
    """A stack of this host.

    Raises:
        RefusedError: there is none.
    """
    if client not in state.stacks:
        raise refusals.missing(f"stack of {client}", "Deploy it first.")
    return state.stacks[client]


def kit_of(stack: MemoryStack) -> RecoveryKit:
    """All that opens a client's repositories."""
    held = stack.backups.credentials
    return RecoveryKit(
        client=stack.spec.client,
        client_id=stack.spec.client_id,
        password=SecretStr(stack.backups.password),
        targets=stack.spec.backup.targets,
        credentials={
            name: TargetCredentials(user=user, secret=SecretStr(secret))
            for name, (user, secret) in held.items()
        },
        host="a host in memory",
        made_at=now_text(),
    )


@dataclass
class MemoryPoints:
    """The verbs that make points and look at them."""

    repositories: Repositories

    def carry_out(
        self, order: Backup | Verify | Prune | Repair
    ) -> BackupResult | VerifyResult | PruneResult | RepairResult:
        """Do one of them."""
        match order:
            case Backup():
                return self.backup(order)
            case Verify():
                return self.verify(order)
            case Prune():
                return self.prune(order)
            case Repair():
                return self.repair(order)

    def backup(self, order: Backup) -> BackupResult:
        """Take a point of one client; without a client, of all for which one is due."""
        if order.client is not None:
            stack = stack_of(self.repositories.state(), order.client)
            if order.scheduled and not _is_due(stack):
                return BackupResult()
            return BackupResult(points=(self.take(order.client, order.reason),))
        clients = sorted(self.repositories.state().stacks)
        due = [name for name in clients if _is_due(self.repositories.state().stacks[name])]
        return BackupResult(points=tuple(self.take(name, "scheduled") for name in due))

    def before(self, order: Activate) -> None:
        """Take a point before an activation that changes the schema.

        Raises:
            RefusedError: it is good nowhere, and nobody said that it may be missing.
        """
        state = self.repositories.state()
        stack, new = state.stacks.get(order.spec.client), state.releases.get(order.release)
        if stack is None or new is None:
            return
        if stack.frozen:
            raise refusals.frozen(order.spec.client)
        head = state.releases[stack.schema_of].database.head
        if order.without_backup or not (new.database.pending(head) and stack.spec.backup.targets):
            return
        try:
            self.take(order.spec.client, "before-update")
        except refusals.RefusedError as refused:
            raise refusals.no_update_without(refused.failure) from None

    def take(self, client: str, reason: BackupReason) -> Point:
        """Take a point, and bring it to every target.

        Raises:
            RefusedError: it is not good at all of them; what is good stays.
        """
        stack = stack_of(self.repositories.state(), client)
        if stack.frozen:
            raise refusals.frozen(client)
        if not stack.spec.backup.targets:
            raise refusals.no_targets(client)
        kept = _draft(stack, reason)
        copies = tuple(self._copy(stack, target, kept) for target in stack.spec.backup.targets)
        point = kept.point.model_copy(update={"copies": copies})
        self._note(client, point)
        failures = {copy.target: copy.why for copy in copies if not copy.good}
        if failures:
            raise refusals.failed_somewhere(client, failures, len(copies) - len(failures))
        return point

    def _copy(self, stack: MemoryStack, target: Target, kept: KeptPoint) -> Copy:
        try:
            self.repositories.add(stack.spec.client, target, stack.backups.password, kept)
        except refusals.RefusedError as refused:
            return Copy(target=target.name, good=False, why=refused.failure.what)
        held = {copy.target for each in stack.backups.points for copy in each.copies if copy.good}
        new = kept.point.size // 100 if target.name in held else kept.point.size
        return Copy(target=target.name, good=True, new_bytes=new, snapshots={"all": kept.point.id})

    def _note(self, client: str, point: Point) -> None:
        stack = stack_of(self.repositories.state(), client)
        policy = stack.spec.backup
        targets = {
            copy.target: _target_state(policy.target(copy.target), copy, point, stack.backups)
            for copy in point.copies
        }
        changes = {
            "points": (*stack.backups.points, point),
            "targets": targets,
            "attempted": point.at,
        }
        self.keep_backups(client, stack.backups.model_copy(update=changes))

    def keep_backups(self, client: str, backups: MemoryBackups) -> None:
        state = self.repositories.state()
        stack = state.stacks[client].model_copy(update={"backups": backups})
        self.repositories.keep(state.model_copy(update={"stacks": {**state.stacks, client: stack}}))

    def points(self, order: Points, kit: RecoveryKit | None) -> PointsResult:
        """The catalogue of a client here, or what a kit's storage has."""
        if kit is None:
            stack = stack_of(self.repositories.state(), order.client)
            return PointsResult(points=tuple(reversed(stack.backups.points)))
        found: dict[str, Point] = {}
        for target in kit.targets:
            if order.target in {None, target.name}:
                for each in self._read(kit, target):
                    copy = Copy(target=target.name, good=True)
                    known = found.get(each.id, each.model_copy(update={"copies": ()}))
                    found[each.id] = known.model_copy(update={"copies": (*known.copies, copy)})
        return PointsResult(points=tuple(found[name] for name in sorted(found, reverse=True)))

    def _read(self, kit: RecoveryKit, target: Target) -> list[Point]:
        repository = self.repositories.read(kit.client, target, kit.password.get_secret_value())
        return [each.point for each in repository.points] if repository else []

    def verify(self, order: Verify) -> VerifyResult:
        """Restore points into nothing and compare them with what was stored."""
        state = self.repositories.state()
        if order.client is None:
            return VerifyResult()
        stack = stack_of(state, order.client)
        found = self.repositories.find(kit_of(stack), order.point, order.target)
        drill = Verification(
            client=order.client,
            point=found.point.point.id,
            target=found.target,
            at=now_text(),
            equal=True,
            tables=3,
            rows=len(found.point.data.get("database", "")),
            size=found.point.point.size,
            seconds=0.1,
        )
        points = tuple(
            each.model_copy(update={"verified_at": drill.at}) if each.id == drill.point else each
            for each in stack.backups.points
        )
        backups = stack.backups.model_copy(update={"drill": drill, "points": points})
        self.keep_backups(order.client, backups)
        return VerifyResult(drills=(drill,))

    def repair(self, order: Repair) -> RepairResult:
        """Give up what is lost at a target, and take a new point."""
        stack = stack_of(self.repositories.state(), order.client)
        result, backups = give_up(order, stack, self.repositories)
        if order.dry_run:
            return result
        self.keep_backups(order.client, backups)
        point = self.take(order.client, "manual")
        return result.model_copy(update={"changed": True, "point": point.id})

    def prune(self, order: Prune) -> PruneResult:
        """Remove what is older than it must be; the newest one stays."""
        kit = order.kit
        target = next(each for each in kit.targets if each.name == order.target)
        password = kit.password.get_secret_value()
        repository = self.repositories.read(kit.client, target, password)
        points = repository.points if repository else ()
        limit = datetime.now(UTC) - timedelta(days=order.keep.within_days)
        old = [each for each in points[:-1] if datetime.fromisoformat(each.point.at) < limit]
        surplus = old[: max(len(old) - order.keep.daily, 0)]
        removed = tuple(each.point.id for each in surplus)
        kept = tuple(each for each in points if each.point.id not in removed)
        if removed and not order.dry_run:
            pruned = MemoryRepository(password=password, points=kept)
            self.repositories.write(kit.client, target, pruned)
        freed = sum(each.point.size for each in surplus)
        return PruneResult(
            removed=removed, kept=tuple(each.point.id for each in kept), freed_bytes=freed
        )


def _draft(stack: MemoryStack, reason: BackupReason) -> KeptPoint:
    at = datetime.now(UTC)
    size = sum(len(text) for text in stack.data.values()) + len(stack.spec.model_dump_json())
    point = Point(
        id=f"{at:%Y%m%dt%H%M%S}-{secrets.token_hex(2)}",
        at=at.isoformat(timespec="seconds"),
        reason=reason,
        release=stack.release,
        generation=stack.generation,
        size=size,
        tables=3,
        rows=len(stack.data.get("database", "")),
        seconds=0.1,
    )
    return KeptPoint(
        point=point,
        spec=stack.spec,
        data=stack.data,
        password=stack.password,
        schema_of=stack.schema_of,
    )


def _target_state(
    target: Target | None, copy: Copy, point: Point, before: MemoryBackups
) -> TargetState:
    old = before.targets.get(copy.target)
    return TargetState(
        name=copy.target,
        kind=target.kind if target else "local",
        good=copy.good,
        last_good=point.at if copy.good else (old.last_good if old else ""),
        point=point.id if copy.good else (old.point if old else None),
        why=copy.why,
        append_only=bool(target and target.append_only),
    )


def _is_due(stack: MemoryStack) -> bool:
    every = EVERY[stack.spec.backup.schedule.every]
    if every is None or stack.frozen or not stack.spec.backup.targets:
        return False
    if not stack.backups.points:
        return True
    newest = datetime.fromisoformat(stack.backups.points[-1].at)
    return datetime.now(UTC) - newest >= every
