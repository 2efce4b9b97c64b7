"""Move: a client goes on living on another host; what it was on the old one stays there, frozen."""

from dataclasses import dataclass

from leadengine_agent.protocol import (
    Backup,
    BackupPolicy,
    BackupResult,
    Freeze,
    FreezeResult,
    HostState,
    Inspect,
    Restore,
    RestoreResult,
    StackState,
)
from leadengine_agent.values import PointId
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.keys import outside, sealed_for
from leadengine_ctl.operations.backups.record import keep_kit, note_state
from leadengine_ctl.operations.backups.requests import MoveRequest, RestoreRequest
from leadengine_ctl.operations.backups.returned import register
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.certifying import Certifying
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.placing import Placing


@dataclass(frozen=True)
class MoveVerb(ClientVerb[MoveRequest]):
    """The verb."""

    name: str = "move"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        return (
            Work("check", steps.check),
            Work("prepare", steps.prepare),
            Work("release", steps.release),
            Work("point", steps.point),
            Work("try", steps.attempt),
            Work("freeze", steps.freeze),
            Work("switch", steps.switch),
            Work("certify", steps.certify),
            Work("record", steps.record),
            Work("protect", steps.protect),
        )


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: MoveRequest

    def check(self) -> Did:
        stack = self._stack_on(self._old, "check")
        if stack is None or stack.frozen:
            raise _not_here(self.request, stack)
        policy = self._policy
        own = self.run.world.settings.backup_folder
        if all(each.kind == "local" and each.folder == own for each in policy.targets):
            raise _no_storage(self.request.client)
        return Did(changed=False, detail=f"release {stack.release}")

    def prepare(self) -> Did:
        return self._placing().prepare()

    def release(self) -> Did:
        return self._placing().release()

    def point(self) -> Did:
        return Did(changed=True, detail=self._first())

    def _first(self) -> PointId:
        """The point of before the freeze; asked again, the host says the same one."""
        order = Backup(client=self.request.client, reason="move")
        answer = self.run.order(self._old, "point", order)
        (point,) = BackupResult.model_validate(answer).points
        return point.id

    def attempt(self) -> Did:
        """Prove that the new host can do it, while the old one still serves."""
        there = self._stack_on(self._new, "look")
        if there is not None and there.frozen:
            # It lived here before: what is here is the copy of then.
            self.run.order(self._new, "thaw", Freeze(client=self.request.client, thaw=True))
        result = self._restored("try", self._first(), dry_run=True)
        return Did(changed=False, detail=f"{result.size / 1e6:.1f} MB in {result.seconds:.1f} s")

    def freeze(self) -> Did:
        result = self._frozen()
        return Did(changed=result.changed, detail=f"the last point is {result.point}")

    def _frozen(self) -> FreezeResult:
        """How the freeze ended; asked again, the host says the same."""
        order = Freeze(client=self.request.client, point=True)
        return FreezeResult.model_validate(self.run.order(self._old, "freeze", order))

    def switch(self) -> Did:
        try:
            result = self._switched()
        except LeadEngineError as error:
            self._go_back(error)
            raise
        detail = f"{result.point}, {result.replayed} events replayed"
        return Did(changed=True, detail=detail, data=result.model_dump(mode="json"))

    def _go_back(self, error: LeadEngineError) -> None:
        """Nobody serves now: the old host does it again, with all it ever accepted."""
        order = Freeze(client=self.request.client, thaw=True)
        self.run.order(self._old, "thaw-old", order)
        error.hint = (
            f"{self.request.client} is served by {self._old} as before. {error.hint}".strip()
        )

    def certify(self) -> Did:
        return Certifying(self.run, self._new, self.request.client).certify()

    def record(self) -> Did:
        request = RestoreRequest(
            client=self.request.client, host=self.request.to, origin=self.request.host
        )
        did = register(self.run, request, self._switched(), None)
        keep_kit(self.run, self._new, self.request.client, "kit")
        note_state(self.run, self._new, self.request.client, "record", anew=True)
        return did

    def protect(self) -> Did:
        """The first point over there: a folder of the new host holds none of the earlier ones."""
        order = Backup(client=self.request.client, reason="move")
        answer = self.run.order(self._new, "protect", order)
        (point,) = BackupResult.model_validate(answer).points
        note_state(self.run, self._new, self.request.client, "protected", anew=True)
        return Did(changed=True, detail=f"point {point.id}")

    def _switched(self) -> RestoreResult:
        return self._restored("switch", self._frozen().point)

    def _restored(
        self, step: str, point: PointId | None, *, dry_run: bool = False
    ) -> RestoreResult:
        """Restore a point on the new host; the same id hears what it came to.

        It is named: a storage that both hosts call by one name may be another one on each.
        """
        client = self.request.client
        keys = sealed_for(self.run, self._old, self._new, client)
        order = Restore(
            client=client,
            point=point,
            target=outside(self._policy.targets),
            sealed=keys.sealed,
            dry_run=dry_run,
            without_undo=not dry_run,
        )
        return RestoreResult.model_validate(self.run.order(self._new, step, order))

    def _stack_on(self, address: HostAddress, step: str) -> StackState | None:
        state = HostState.model_validate(self.run.order(address, step, Inspect()))
        return next((each for each in state.stacks if each.client == self.request.client), None)

    def _placing(self) -> Placing:
        release = self.run.world.store.clients.get(self.request.client).release or ""
        return Placing(self.run, self._new, release)

    @property
    def _policy(self) -> BackupPolicy:
        return self.run.world.store.clients.get(self.request.client).spec.backup

    @property
    def _old(self) -> HostAddress:
        return HostAddress.parse(self.request.host)

    @property
    def _new(self) -> HostAddress:
        return HostAddress.parse(self.request.to)


def _not_here(request: MoveRequest, stack: StackState | None) -> NotAllowedError:
    why = "Its stack there is frozen." if stack else "It has no stack there."
    return NotAllowedError(
        f"{request.client} cannot be moved from {request.host}",
        why,
        f"Bring it back from its points instead: lectl restore {request.client} --to {request.to}",
    )


def _no_storage(client: str) -> NotAllowedError:
    return NotAllowedError(
        f"{client} cannot be moved",
        "It travels as a recovery point, and its points lie on its own host alone.",
        f"Name a storage both hosts reach: lectl config set backup.targets=NAME {client}",
    )
