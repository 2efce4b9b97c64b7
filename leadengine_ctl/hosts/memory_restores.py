"""Bringing clients back on a memory host: restore, freeze, and the kits that travel."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pyrage

from leadengine_agent.protocol import (
    BackupPolicy,
    Copy,
    Freeze,
    FreezeResult,
    HostKeyResult,
    MakeKit,
    Part,
    RecoveryKit,
    RecoveryKitResult,
    Restore,
    RestoreResult,
    StackSpec,
    TargetState,
    encode_secrets,
)
from leadengine_ctl.hosts import memory_refusals as refusals
from leadengine_ctl.hosts.memory_points import MemoryPoints, kit_of, stack_of
from leadengine_ctl.hosts.memory_repositories import Found, Repositories
from leadengine_ctl.hosts.memory_state import MemoryBackups, MemoryStack
from leadengine_ctl.hosts.memory_storage import PARTS


@dataclass
class MemoryRestores:
    """The verbs that bring clients back."""

    repositories: Repositories
    made: MemoryPoints

    def restore(self, order: Restore, kit: RecoveryKit | None) -> RestoreResult:
        """Bring a client back to a point; what it replaces is kept as one of its own."""
        state, began = self.repositories.state(), time.monotonic()
        name = order.identity.client if order.identity else order.client
        old = state.stacks.get(name)
        opened = kit or kit_of(stack_of(state, order.client))
        found = self.repositories.find(opened, order.point, order.target)
        self._check(old, found, name)
        if order.dry_run:
            return _result(found, began, None, None)
        undo = None
        if old is not None and old.spec.backup.targets and not order.without_undo:
            undo = self.made.take(name, "before-restore").id
        new = self._swapped(order, opened, found, undo is not None)
        state = self.repositories.state()
        self.repositories.keep(state.model_copy(update={"stacks": {**state.stacks, name: new}}))
        return _result(found, began, undo, new)

    def _check(self, old: MemoryStack | None, found: Found, name: str) -> None:
        state = self.repositories.state()
        if old is not None and old.frozen:
            raise refusals.frozen(name)
        if old is None and state.stacks:
            raise refusals.taken(next(iter(state.stacks)))
        if old is None and found.point.point.release not in state.releases:
            raise refusals.missing(f"release {found.point.point.release}", "Send it first.")

    def _swapped(
        self, order: Restore, kit: RecoveryKit, found: Found, kept_undo: bool
    ) -> MemoryStack:
        """The stack with the parts of the point that were asked for."""
        kept, parts = found.point, (order.only,) if order.only else PARTS
        name = order.identity.client if order.identity else order.client
        old = self.repositories.state().stacks.get(name)
        if old is None:
            return _new_stack(order, kit, found)
        data: dict[Part, str] = {**old.data, **{part: kept.data.get(part, "") for part in parts}}
        changes: dict[str, object] = {"data": data}
        if order.only is None:
            changes["password"] = kept.password
        return old.model_copy(update=changes)

    def freeze(self, order: Freeze) -> FreezeResult:
        """Stop a stack, or start it again."""
        stack = stack_of(self.repositories.state(), order.client)
        last = None
        if order.point and not order.thaw:
            known = stack.backups.points
            last = known[-1].id if stack.frozen else self.made.take(order.client, "move").id
        state = self.repositories.state()
        stack = stack_of(state, order.client)
        frozen = stack.model_copy(update={"frozen": not order.thaw})
        stacks = {**state.stacks, order.client: frozen}
        self.repositories.keep(state.model_copy(update={"stacks": stacks}))
        return FreezeResult(changed=stack.frozen == order.thaw, point=last)

    def host_key(self) -> HostKeyResult:
        state = self.repositories.state()
        if not state.identity:
            identity = str(pyrage.x25519.Identity.generate())
            self.repositories.keep(state.model_copy(update={"identity": identity}))
        return HostKeyResult(recipient=str(self._identity().to_public()))

    def make_kit(self, order: MakeKit) -> RecoveryKitResult:
        """Seal a client's kit.

        Raises:
            RefusedError: it is sealed to nobody.
        """
        stack = stack_of(self.repositories.state(), order.client)
        recipients = (order.to,) if order.to else stack.spec.backup.recipients
        if not recipients:
            raise refusals.no_recipients(order.client)
        keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
        sealed: bytes = pyrage.encrypt(encode_secrets(kit_of(stack)), keys, armored=True)
        return RecoveryKitResult(client=order.client, sealed=sealed.decode(), recipients=recipients)

    def opened(self, kit: RecoveryKit | None, sealed: str | None) -> RecoveryKit | None:
        """The kit an order carries, in clear or sealed to this host.

        Raises:
            RefusedError: it was sealed to another one.
        """
        if sealed is None:
            return kit
        try:
            text = pyrage.decrypt(sealed.encode(), [self._identity()])
        except (pyrage.DecryptError, pyrage.IdentityError):
            raise refusals.foreign_kit() from None
        return RecoveryKit.model_validate_json(text)

    def _identity(self) -> pyrage.x25519.Identity:
        return pyrage.x25519.Identity.from_str(self.repositories.state().identity)


def _new_stack(order: Restore, kit: RecoveryKit, found: Found) -> MemoryStack:
    kept = found.point
    held = {
        name: (each.user, each.secret.get_secret_value()) for name, each in kit.credentials.items()
    }
    spec = _spec(order, kept.spec)
    backups = MemoryBackups(password=kit.password.get_secret_value(), credentials=held)
    if order.identity is None:
        backups = _known(backups, found, kit)
    return MemoryStack(
        spec=spec,
        release=kept.point.release,
        key="restored",
        generation=1,
        password=kept.password,
        schema_of=kept.schema_of,
        data={part: kept.data.get(part, "") for part in PARTS},
        backups=backups,
    )


def _known(backups: MemoryBackups, found: Found, kit: RecoveryKit) -> MemoryBackups:
    """The catalogue begins with the point that was restored: it was just read."""
    copy = Copy(target=found.target, good=True)
    point = found.point.point.model_copy(update={"copies": (copy,)})
    kind = next(each.kind for each in kit.targets if each.name == found.target)
    state = TargetState(name=found.target, kind=kind, good=True, last_good=point.at, point=point.id)
    changes = {"points": (point,), "targets": {found.target: state}, "attempted": point.at}
    return backups.model_copy(update=changes)


def _spec(order: Restore, spec: StackSpec) -> StackSpec:
    identity = order.identity
    if identity is None:
        return spec
    return spec.model_copy(
        update={
            "client": identity.client,
            "client_id": identity.client_id,
            "domain": identity.domain,
            "email": identity.email or spec.email,
            "backup": BackupPolicy(),
        }
    )


def _result(
    found: Found, began: float, undo: str | None, stack: MemoryStack | None
) -> RestoreResult:
    taken = datetime.fromisoformat(found.point.point.at)
    return RestoreResult(
        point=found.point.point.id,
        target=found.target,
        changed=stack is not None,
        size=found.point.point.size,
        seconds=round(time.monotonic() - began, 3),
        loss_seconds=max(int((datetime.now(UTC) - taken).total_seconds()), 0),
        undo=undo,
        stack=stack.state() if stack else None,
        spec=stack.spec if stack else None,
    )
