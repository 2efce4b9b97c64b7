"""Pictures of a rented server's disk: taken, listed, removed; none outlives its server."""

from datetime import UTC, datetime
from functools import partial

from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.servers.giving_back import find_server
from leadengine_ctl.providers.base import Provider, Snapshot


def take_snapshot(world: World, name: str, title: str) -> Snapshot:
    """Begin to take a picture of a server's disk; one of that title is taken once.

    Args:
        title: what to call it at the provider; empty: after the server and the time.

    Raises:
        NotFoundError, NotAllowedError: there is no such server, or it was only ordered.
    """
    record = find_server(world, name)
    title = title or f"{record.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    provider, server = _opened(world, record)
    taken = world.clouds.patience.settle(partial(provider.snapshot, server, title))
    world.record("host snapshot", record.name, detail=title)
    return taken


def snapshots_of(world: World, name: str) -> tuple[Snapshot, ...]:
    """The pictures there are of a server."""
    provider, server = _opened(world, find_server(world, name))
    return provider.snapshots(server)


def delete_snapshot(world: World, name: str, snapshot: str) -> None:
    """Delete one picture of a server.

    Raises:
        NotFoundError: the server has none with that id.
    """
    record = find_server(world, name)
    provider, server = _opened(world, record)
    if snapshot not in {each.id for each in provider.snapshots(server)}:
        raise NotFoundError(
            f"{record.name} has no snapshot '{snapshot}'",
            "It was deleted, or it is of another server.",
            f"See 'lectl host snapshots {record.name}'.",
        )
    world.clouds.patience.settle(partial(provider.delete_snapshot, snapshot))
    world.record("host snapshot delete", record.name, detail=snapshot)


def _opened(world: World, record: ServerRecord) -> tuple[Provider, str]:
    if record.server is None:
        raise NotAllowedError(
            f"The server {record.name} is not there yet",
            f"It was ordered at {record.provider}, and nobody knows yet whether it was made.",
            "Run the command again that ordered it.",
        )
    return world.clouds.provider(record.provider), record.server
