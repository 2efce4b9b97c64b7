"""Backup and drill of one client: ordered of its host, which does it; here it is written down."""

from dataclasses import dataclass

from leadengine_agent.protocol import (
    Backup,
    BackupResult,
    FailureCode,
    Verify,
    VerifyResult,
)
from leadengine_ctl.errors import PartialError, TaskFailedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.record import keep_kit, note_quietly, note_state
from leadengine_ctl.operations.backups.requests import BackupRequest, VerifyRequest
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.client_verb import ClientVerb


@dataclass(frozen=True)
class BackupVerb(ClientVerb[BackupRequest]):
    """The verb."""

    name: str = "backup"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Backup(run, self.request)
        return (
            Work("backup", steps.backup),
            Work("seal", steps.seal),
            Work("record", steps.record),
        )


@dataclass(frozen=True)
class _Backup:
    run: Run
    request: BackupRequest

    def backup(self) -> Did:
        order = Backup(client=self.request.client, reason=self.request.reason)
        try:
            answer = self.run.order(self._address, "backup", order)
        except TaskFailedError as error:
            state = note_quietly(self.run, self._address, self.request.client)
            if error.code == FailureCode.STORAGE and state and state.condition == "partial":
                raise PartialError(error.what, error.why, error.hint, logs=error.logs) from error
            raise
        points = BackupResult.model_validate(answer).points
        return Did(
            changed=bool(points),
            detail=", ".join(each.id for each in points),
            data={"points": [each.model_dump(mode="json") for each in points]},
        )

    def seal(self) -> Did:
        return keep_kit(self.run, self._address, self.request.client, "seal")

    def record(self) -> Did:
        note_state(self.run, self._address, self.request.client, "record")
        return Did(changed=False)

    @property
    def _address(self) -> HostAddress:
        return HostAddress.parse(self.request.host)


@dataclass(frozen=True)
class VerifyVerb(ClientVerb[VerifyRequest]):
    """The verb."""

    name: str = "verify"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Verify(run, self.request)
        return (Work("verify", steps.verify), Work("record", steps.record))


@dataclass(frozen=True)
class _Verify:
    run: Run
    request: VerifyRequest

    def verify(self) -> Did:
        request = self.request
        order = Verify(client=request.client, point=request.point, target=request.target)
        try:
            answer = self.run.order(self._address, "verify", order)
        except TaskFailedError:
            note_quietly(self.run, self._address, request.client)
            raise
        drills = VerifyResult.model_validate(answer).drills
        told = (f"{each.point} from {each.target} is equal" for each in drills)
        return Did(
            changed=bool(drills),
            detail=", ".join(told) or "nothing to verify",
            data={"drills": [each.model_dump(mode="json") for each in drills]},
        )

    def record(self) -> Did:
        note_state(self.run, self._address, self.request.client, "record")
        return Did(changed=False)

    @property
    def _address(self) -> HostAddress:
        return HostAddress.parse(self.request.host)
