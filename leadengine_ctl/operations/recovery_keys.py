"""The operators' recovery keys: made on a stick, known here by their public halves alone."""

from pathlib import Path

from pydantic import SecretStr

from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.records import RecoveryKeyRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.recovery.keys import check_recipient, create_identity, short


def init_recovery(world: World, folder: Path, passphrase: SecretStr) -> str:
    """Make a recovery key in `folder` and register it; returns its public half.

    Raises:
        LeadEngineError: the folder cannot be written to.
    """
    recipient = create_identity(folder, passphrase)
    world.store.recovery.add_key(recipient, world.actor)
    return recipient


def add_recovery(world: World, recipient: str) -> bool:
    """Register a recovery key that exists already; False when it was.

    Raises:
        UsageError: it is none.
    """
    return world.store.recovery.add_key(check_recipient(recipient), world.actor)


def remove_recovery(world: World, name: str) -> RecoveryKeyRecord:
    """Seal for this key no more, from each client's next recovery point on.

    Raises:
        NotFoundError: no key is called that.
        NotAllowedError: it is the last one.
    """
    keys = world.store.recovery.registered()
    found = [each for each in keys if name in {each.recipient, short(each.recipient)}]
    if not found:
        raise NotFoundError(
            f"There is no recovery key '{name}'",
            "It is called by its public half, or by the first 8 letters of that behind 'age1'.",
            "See 'lectl recovery list'.",
        )
    if len(keys) == 1:
        raise NotAllowedError(
            f"The recovery key {short(keys[0].recipient)} is the last one",
            "Without any, nobody could open the recovery points once host and store are gone.",
            "Make its successor first: lectl recovery init FOLDER",
        )
    world.store.recovery.remove_key(found[0].recipient)
    return found[0]
