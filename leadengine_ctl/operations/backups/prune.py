"""Pruning with credentials that the client's host does not have, from a host that is not the client's."""

from leadengine_agent.protocol import Prune, PruneResult, RecoveryKit, TargetCredentials
from leadengine_agent.values import Frozen, Slug, TargetName
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import find_address


class PruneWords(Frozen):
    """What was asked for; `on`: the host that does it."""

    client: Slug
    storage: TargetName
    on: str
    dry_run: bool = False


def prune(world: World, words: PruneWords, kit: RecoveryKit) -> PruneResult:
    """Remove from a storage what the client's policy keeps no longer.

    Raises:
        NotFoundError: there is no such client, storage or host.
        NotAllowedError: there are no credentials for it, or the host is the client's own.
    """
    record = world.store.clients.get(words.client)
    address = find_address(world, words.on)
    if address.name == record.host:
        raise NotAllowedError(
            f"{address.name} cannot prune what is of {words.client}",
            "It is the client's own host: whoever takes it over would get what removes its points.",
            "Name another host with --on.",
        )
    order = Prune(
        kit=_with_credentials(world, words.storage, kit),
        target=words.storage,
        keep=record.spec.backup.keep,
        dry_run=words.dry_run,
    )
    return PruneResult.model_validate(world.ask(address, order))


def _with_credentials(world: World, storage: str, kit: RecoveryKit) -> RecoveryKit:
    record = world.store.storages.get(storage)
    credentials = record.pruning_credentials
    if credentials is None and not record.target.append_only:
        credentials = record.credentials
    if credentials is None:
        raise NotAllowedError(
            f"There is nothing that may delete at {storage}",
            "Hosts' credentials may only add there, and no others are known.",
            f"Give some: lectl storage add {storage} LOCATION --pruning-user NAME",
        )
    held: dict[str, TargetCredentials] = {**kit.credentials, storage: credentials}
    return kit.model_copy(update={"credentials": held})
