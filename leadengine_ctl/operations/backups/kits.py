"""A client's recovery kit: made anew by its host where that answers, kept sealed in the store."""

from contextlib import suppress
from pathlib import Path

from leadengine_agent.protocol import MakeKit, RecoveryKit, RecoveryKitResult
from leadengine_ctl import resources
from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.record import KeptKit, store_kit
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import check_slug
from leadengine_ctl.recovery.keys import Identities, identity_name
from leadengine_ctl.recovery.kit import open_kit, read_sealed, write_kit


def fresh_kit(world: World, client: str) -> KeptKit:
    """The newest kit: made by the host now, or (where it is silent or gone) the one that is kept.

    Raises:
        NotFoundError: there is neither.
    """
    record = world.store.clients.find(check_slug(client))
    if record is not None and record.spec.backup.recipients:
        # A silent host is when a kit is needed most: then the one that is kept has to do.
        with suppress(LeadEngineError):
            address = HostAddress.parse(world.store.hosts.get(record.host).url)
            answer = world.ask(address, MakeKit(client=client))
            store_kit(world, record, RecoveryKitResult.model_validate(answer))
    return kept_kit(world, client)


def kept_kit(world: World, client: str) -> KeptKit:
    """The kit in the store.

    Raises:
        NotFoundError: there is none.
    """
    known = world.store.recovery.find(client)
    if known is None or known.kit is None:
        raise NotFoundError(
            f"There is no recovery kit of {client}",
            "It is sealed to the recovery keys when a recovery point is taken.",
            "Make a key with 'lectl recovery init FOLDER', tell the hosts with 'lectl config set "
            f"backup.recipients= --all', then 'lectl backup {client}'.",
        )
    return KeptKit.model_validate_json(known.kit)


def export_kit(world: World, client: str, folder: Path) -> tuple[Path, KeptKit]:
    """Write the kit and its instructions into a folder; returns the kit's file."""
    kit = fresh_kit(world, client)
    path = resources.data_folder("templates") / "recovery-kit" / "README.md"
    keys = (f"- `{identity_name(each)}`, whose public half is `{each}`" for each in kit.recipients)
    readme = path.read_text(encoding="utf-8").format(
        client=kit.client,
        domain=kit.domain,
        host=kit.host,
        release=kit.release or "unknown",
        publisher=_publisher(world),
        keys="\n".join(keys),
        places="\n".join(f"- {name}: `{where}`" for name, where in kit.repositories.items()),
    )
    return write_kit(folder, client, kit.sealed, readme), kit


def opened_kit(
    world: World, client: str, place: Path | None, identities: Identities
) -> RecoveryKit:
    """A kit in clear, for as long as this process lives: from files, or from the store."""
    sealed = read_sealed(place, client) if place else kept_kit(world, client).sealed
    return open_kit(sealed, identities, client)


def _publisher(world: World) -> str:
    repository = world.library.repository
    return repository.fingerprint if repository.roots() else "unknown"
