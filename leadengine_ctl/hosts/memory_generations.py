"""Activation and the way back on a memory host, as a real agent decides them."""

import secrets
from dataclasses import dataclass

from leadengine_agent.protocol import Activate, ActivateResult, Rollback, Traffic
from leadengine_agent.values import version_key
from leadengine_ctl.hosts import memory_refusals as refusals
from leadengine_ctl.hosts.memory_faults import MemoryFaults
from leadengine_ctl.hosts.memory_state import (
    KeptGeneration,
    MemoryBackups,
    MemoryStack,
    MemoryState,
    key_of,
)

_RATE = 10
"""Requests of visitors in each second that a generation is watched."""


@dataclass(frozen=True)
class Activated:
    """What an activation came to. `stack` is to be kept even when `refused` says that it failed."""

    stack: MemoryStack
    result: ActivateResult | None = None
    refused: refusals.RefusedError | None = None


def activate(state: MemoryState, order: Activate, faults: MemoryFaults) -> Activated:
    """Bring a stack to a release and a spec.

    Raises:
        RefusedError: nothing was changed.
    """
    if order.release not in state.releases:
        raise refusals.missing(f"release {order.release}", "Send it first.")
    old = state.stacks.get(order.spec.client)
    _check(old, order, faults)
    new = _next(
        old, KeptGeneration(number=0, spec=order.spec, release=order.release, key=key_of(order))
    )
    if old is not None and new.generation != old.generation and order.release in faults.gate:
        back = _next(new, old.current)
        stack = back.model_copy(update={"tripped": (*old.tripped, order.release)})
        return Activated(stack, refused=refusals.tripped(order.release, old.release))
    new = _with_credentials(new, order)
    mail = "unchanged" if old else ("sent" if order.spec.mail.host else "not-configured")
    return Activated(new, _result(old, new, order.bake, mail, faults))


def roll_back(state: MemoryState, order: Rollback, faults: MemoryFaults) -> Activated:
    """Bring an earlier generation back, as a new one.

    Raises:
        RefusedError: there is none, or its code does not run on the schema.
    """
    old = state.stacks.get(order.client)
    if old is None:
        raise refusals.missing(f"stack of {order.client}", "Deploy it first.")
    kept = {each.number: each for each in old.earlier}
    wanted = order.to if order.to is not None else max(kept, default=0)
    if wanted not in kept:
        raise refusals.no_generation(order.client, order.to, tuple(sorted(kept)))
    target = kept[wanted]
    applied, release = state.releases[old.schema_of], state.releases[target.release]
    if not applied.database.serves(release.database.head):
        raise refusals.unfit(target.release, applied.version)
    # Where backups go is as it is now, not as it was then.
    spec = target.spec.model_copy(update={"backup": old.spec.backup})
    new = _next(old, target.model_copy(update={"spec": spec}))
    return Activated(new, _result(old, new, order.bake, "unchanged", faults))


def _check(old: MemoryStack | None, order: Activate, faults: MemoryFaults) -> None:
    if (
        old is not None
        and order.expects not in {None, old.release}
        and order.release != old.release
    ):
        raise refusals.unexpected(old.spec.client, str(order.expects), old.release)
    if old is not None and order.release in old.tripped and not order.retry:
        raise refusals.tried_before(order.release)
    if order.release in faults.start and (old is None or old.release != order.release):
        raise refusals.never_healthy(order.release)


def _next(old: MemoryStack | None, wanted: KeptGeneration) -> MemoryStack:
    """The stack with the wanted generation in service; the same one when it is already."""
    if old is None:
        password = secrets.token_urlsafe(12)
        return MemoryStack(
            spec=wanted.spec,
            release=wanted.release,
            key=wanted.key,
            generation=1,
            password=password,
            schema_of=wanted.release,
            backups=MemoryBackups(password=secrets.token_urlsafe(24)),
        )
    if old.key == wanted.key:
        return old.model_copy(update={"spec": wanted.spec})
    return old.model_copy(
        update={
            "spec": wanted.spec,
            "release": wanted.release,
            "key": wanted.key,
            "generation": old.generation + 1,
            "earlier": (*old.earlier, old.current)[-5:],
            "schema_of": max(old.schema_of, wanted.release, key=version_key),
        }
    )


def _with_credentials(stack: MemoryStack, order: Activate) -> MemoryStack:
    """What opens the backup targets, as it was handed over; what was not named stays."""
    given = {
        name: (each.user, each.secret.get_secret_value())
        for name, each in order.credentials.items()
    }
    held = {**stack.backups.credentials, **given}
    backups = stack.backups.model_copy(update={"credentials": held})
    return stack.model_copy(update={"backups": backups})


def _result(
    old: MemoryStack | None, new: MemoryStack, bake: int, mail: str, faults: MemoryFaults
) -> ActivateResult:
    return ActivateResult.model_validate(
        {
            "generation": new.generation,
            "changed": old is None or old.generation != new.generation,
            "stack": new.state(healthy=new.release not in faults.sick),
            "mail": mail,
            "previous": old.release if old else None,
            "spec": new.spec,
            "traffic": Traffic(requests=_RATE * bake),
        }
    )
