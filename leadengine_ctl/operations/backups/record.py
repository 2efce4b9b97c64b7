"""What is written down after something was done to a client's points: the host's word, and its kit."""

from datetime import datetime

from leadengine_agent.protocol import (
    BackupState,
    HostState,
    Inspect,
    MakeKit,
    RecoveryKitResult,
    StackState,
)
from leadengine_agent.values import Frozen
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.freshness import remembered, was_cut
from leadengine_ctl.operations.base import Did, Run, World
from leadengine_ctl.recovery.location import location_of


class KeptKit(Frozen):
    """A kit as the store keeps it: sealed, with what people have to know about it in clear.

    Attributes:
        recipients: the recovery keys that open it.
        release: what the client ran then; it has to be at hand for a restore.
        repositories: storage -> where the client's repository is there, as restic is told.
    """

    client: str
    domain: str
    host: str
    release: str
    recipients: tuple[str, ...]
    repositories: dict[str, str]
    sealed: str


def note_state(
    run: Run, address: HostAddress, client: str, step: str, *, anew: bool = False
) -> BackupState | None:
    """Ask the host how a client's points are, and write it down.

    Args:
        anew: the client just came to this host: its catalogue begins here.
    """
    answer = run.order(address, step, Inspect(client=client))
    stack = HostState.model_validate(answer).stacks[0]
    return note_stack(run.world, stack, anew=anew)


def note_stack(world: World, stack: StackState, *, anew: bool = False) -> BackupState | None:
    """Write down what a host just said of a client's points; what it said before is what it is held to."""
    if stack.backup is not None and (anew or not _is_cut(world, stack)):
        world.store.recovery.keep_report(stack.client, stack.backup.model_dump_json())
    return stack.backup


def _is_cut(world: World, stack: StackState) -> bool:
    known = world.store.recovery.find(stack.client)
    return stack.backup is not None and was_cut(stack.backup, remembered(known))


def note_quietly(run: Run, address: HostAddress, client: str) -> BackupState | None:
    """The same after a failure, which is what has to be told."""
    try:
        return note_state(run, address, client, "inspect")
    except LeadEngineError:
        return None


def keep_kit(run: Run, address: HostAddress, client: str, step: str) -> Did:
    """Have the host seal the client's kit to the recovery keys, and keep it here."""
    record = run.world.store.clients.get(client)
    if not record.spec.backup.targets:
        return Did(changed=False, detail="no storage, no kit")
    if not record.spec.backup.recipients:
        detail = "no recovery key: if host and store are lost, so are the points"
        return Did(changed=False, detail=detail)
    made = RecoveryKitResult.model_validate(run.order(address, step, MakeKit(client=client)))
    is_first = store_kit(run.world, record, made)
    return Did(changed=is_first, detail=f"sealed to {len(made.recipients)} recovery keys")


def store_kit(world: World, record: ClientRecord, made: RecoveryKitResult) -> bool:
    """Keep a sealed kit in the store; True when it is the client's first."""
    old = world.store.recovery.find(made.client)
    name = f"{made.client}-{record.spec.client_id[:8]}"
    kept = KeptKit(
        client=made.client,
        domain=record.spec.domain,
        host=record.host,
        release=record.release or "",
        recipients=made.recipients,
        repositories={
            each.name: f"{location_of(each).rstrip('/')}/{name}"
            for each in record.spec.backup.targets
        },
        sealed=made.sealed,
    )
    world.store.recovery.keep_kit(made.client, kept.model_dump_json())
    return old is None or old.kit is None


def time_of(text: str) -> datetime | None:
    """A time of the protocol; None where it says never."""
    return datetime.fromisoformat(text) if text else None
