"""What every host must do to keep clients safe and to bring them back. Used beside `AgentSuite`."""

import pyrage
import pytest

from leadengine_agent.protocol import (
    Activate,
    Backup,
    BackupPolicy,
    BackupResult,
    BackupState,
    FailureCode,
    Freeze,
    HostKey,
    HostKeyResult,
    HostState,
    Inspect,
    InstallRelease,
    LocalTarget,
    MakeKit,
    Order,
    Point,
    Points,
    PointsResult,
    RecoveryKit,
    RecoveryKitResult,
    Repair,
    RepairResult,
    Restore,
    RestoreResult,
    StackSpec,
    StackState,
    Verify,
    VerifyResult,
)
from leadengine_ctl.hosts.base import Transport
from tests.conformance.agent_suite import AgentSuite

NO_POINT = "20260101t000000-0000"
IDENTITY = pyrage.x25519.Identity.generate()


class RecoverySuite(AgentSuite):
    """Needs the fixtures of `AgentSuite`; the host may keep points in its own folder."""

    @pytest.fixture
    def kept(self, host: Transport, install: InstallRelease, spec: StackSpec) -> StackSpec:
        """The spec of a live client with a place for its points."""
        policy = BackupPolicy(
            targets=(LocalTarget(folder="/var/backups/leadengine"),),
            recipients=(str(IDENTITY.to_public()),),
        )
        spec = spec.model_copy(update={"backup": policy})
        self.succeed(host, install)
        self.succeed(host, Activate(spec=spec, release=install.version))
        return spec

    def test_a_point_is_read_back_listed_proven_and_seen(
        self, host: Transport, kept: StackSpec
    ) -> None:
        before = self._points(host, kept)
        point = self._backup(host, kept)
        assert point.is_good
        assert (point.reason, point.release) == ("manual", "1.0.0")
        assert [each.target for each in point.copies] == ["local"]
        assert self._points(host, kept)[: 1 + len(before)] == (point, *before)
        result = self.succeed(host, Verify(client=kept.client, point=point.id)).result
        (drill,) = VerifyResult.model_validate(result).drills
        assert (drill.point, drill.equal, drill.differences) == (point.id, True, ())
        state = self._backup_state(host, kept)
        assert (state.condition, state.newest, state.verified_point) == ("good", point.id, point.id)
        assert state.last_good == point.at
        assert state.overdue_after > point.at

    def test_a_restore_can_be_tried_done_and_undone(self, host: Transport, kept: StackSpec) -> None:
        point = self._backup(host, kept)
        dry = self._restore(host, Restore(client=kept.client, dry_run=True))
        assert (dry.point, dry.changed, dry.undo) == (point.id, False, None)
        done = self._restore(host, Restore(client=kept.client, point=point.id))
        assert (done.point, done.changed, done.target) == (point.id, True, "local")
        assert done.undo is not None
        assert done.spec == kept
        assert done.stack is not None
        assert done.stack.healthy
        undone = self._restore(host, Restore(client=kept.client, point=done.undo))
        assert undone.changed

    def test_a_part_can_be_restored_alone(self, host: Transport, kept: StackSpec) -> None:
        point = self._backup(host, kept)
        done = self._restore(host, Restore(client=kept.client, point=point.id, only="files"))
        assert done.changed
        assert done.undo is not None

    @pytest.mark.parametrize(
        "order",
        [
            Backup(client="nobody"),
            Points(client="nobody"),
            Restore(client="nobody"),
            Verify(client="nobody"),
            MakeKit(client="nobody"),
            Freeze(client="nobody"),
            Repair(client="nobody", target="local"),
        ],
        ids=lambda order: str(order.verb),
    )
    def test_a_client_nobody_knows_is_not_found(self, host: Transport, order: Order) -> None:
        self._fails(host, order, FailureCode.NOT_FOUND)

    def test_a_point_nobody_knows_is_not_found(self, host: Transport, kept: StackSpec) -> None:
        self._backup(host, kept)
        for order in (
            Restore(client=kept.client, point=NO_POINT),
            Verify(client=kept.client, point=NO_POINT),
        ):
            self._fails(host, order, FailureCode.NOT_FOUND)

    def test_a_storage_is_looked_at_for_damage(self, host: Transport, kept: StackSpec) -> None:
        self._backup(host, kept)
        order = Repair(client=kept.client, target="local", dry_run=True)
        found = RepairResult.model_validate(self.succeed(host, order).result)
        assert (found.changed, found.damaged, found.lost) == (False, (), ())
        self._fails(host, Repair(client=kept.client, target="nowhere"), FailureCode.NOT_FOUND)

    def test_the_kit_opens_for_whom_it_is_sealed_and_for_nobody_else(
        self, host: Transport, kept: StackSpec
    ) -> None:
        mine = self._kit(host, MakeKit(client=kept.client))
        opened = RecoveryKit.model_validate_json(pyrage.decrypt(mine.sealed.encode(), [IDENTITY]))
        assert (opened.client, opened.client_id) == (kept.client, kept.client_id)
        assert opened.targets == kept.backup.targets
        keys = {
            HostKeyResult.model_validate(self.succeed(host, HostKey()).result).recipient
            for _ in range(2)
        }
        assert len(keys) == 1
        theirs = self._kit(host, MakeKit(client=kept.client, to=keys.pop()))
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(theirs.sealed.encode(), [IDENTITY])
        self._backup(host, kept)
        listed = self.succeed(host, Points(client=kept.client, sealed=theirs.sealed)).result
        assert PointsResult.model_validate(listed).points

    def test_a_frozen_stack_is_left_alone_until_it_thaws(
        self, host: Transport, kept: StackSpec
    ) -> None:
        self.succeed(host, Freeze(client=kept.client))
        assert self._stack(host, kept).frozen
        assert not self._stack(host, kept).healthy
        self._fails(host, Backup(client=kept.client), FailureCode.FROZEN)
        self._fails(host, Activate(spec=kept, release="1.0.0"), FailureCode.FROZEN)
        self.succeed(host, Freeze(client=kept.client, thaw=True))
        thawed = self._stack(host, kept)
        assert (thawed.frozen, thawed.healthy) == (False, True)

    def _fails(self, host: Transport, order: Order, code: FailureCode) -> None:
        failure = self.outcome(host, order).failure
        assert failure is not None
        assert (failure.code, bool(failure.what), bool(failure.hint)) == (code, True, True)

    def _backup(self, host: Transport, kept: StackSpec) -> Point:
        result = self.succeed(host, Backup(client=kept.client)).result
        (point,) = BackupResult.model_validate(result).points
        return point

    def _points(self, host: Transport, kept: StackSpec) -> tuple[Point, ...]:
        result = self.succeed(host, Points(client=kept.client)).result
        return PointsResult.model_validate(result).points

    def _restore(self, host: Transport, order: Restore) -> RestoreResult:
        return RestoreResult.model_validate(self.succeed(host, order).result)

    def _kit(self, host: Transport, order: MakeKit) -> RecoveryKitResult:
        return RecoveryKitResult.model_validate(self.succeed(host, order).result)

    def _stack(self, host: Transport, kept: StackSpec) -> StackState:
        result = self.succeed(host, Inspect(client=kept.client)).result
        return HostState.model_validate(result).stacks[0]

    def _backup_state(self, host: Transport, kept: StackSpec) -> BackupState:
        state = self._stack(host, kept).backup
        assert state is not None
        return state
