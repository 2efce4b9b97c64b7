"""Delete: give a server back, and forget it."""

from dataclasses import dataclass
from functools import partial

from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.servers.request import ServerRequest, ServerVerb, lock_of
from leadengine_ctl.providers.base import FLEET, OPERATION, Provider


def server_request(world: World, name: str) -> ServerRequest:
    """A request about a server, found by its name or that of its host.

    Raises:
        NotFoundError: no server of ours is called that.
    """
    record = find_server(world, name)
    return ServerRequest(lock=lock_of(record.name, record.client), name=record.name)


def find_server(world: World, name: str) -> ServerRecord:
    """A server of ours by its name or its host's.

    Raises:
        NotFoundError: no server of ours is called that.
        NotOfferedError: the host is there, and somebody else rents it.
    """
    servers = world.store.servers
    found = servers.named(name) or servers.of_host(name)
    if found is None and world.store.hosts.find(name):
        # It exists, but is not ours: its provider says what that means.
        world.clouds.provider("existing").delete(name)
    if found is None:
        raise NotFoundError(
            f"No server of ours is called '{name}'",
            "The name was mistyped, or it was deleted.",
            "See 'lectl host list'.",
        )
    return found


@dataclass(frozen=True)
class DeleteServer(ServerVerb[ServerRequest]):
    """The verb."""

    name: str = "delete-server"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = GivingBack(run, self.request.name)
        return (
            Work("check", steps.check),
            Work("delete", steps.delete),
            Work("forget", steps.forget),
        )


@dataclass(frozen=True)
class GivingBack:
    """The steps; a server that is forgotten already is given back."""

    run: Run
    name: str

    def check(self) -> Did:
        """Nobody lives there."""
        record = self._find()
        if record:
            refuse_while_inhabited(self.run.world, record)
        return Did(changed=False)

    def delete(self) -> Did:
        """Gone at the provider: the one we know, and any that an unanswered order made."""
        record = self._find()
        if record is None:
            return Did(changed=False)
        world = self.run.world
        provider = world.clouds.provider(record.provider)
        ids = {each.id for each in provider.servers(OPERATION, record.operation)}
        ids |= {record.server} if record.server else set()
        for each in sorted(ids):
            self._delete(provider, each)
        if record.reserved:
            world.clouds.patience.settle(partial(provider.drop_address, record.reserved))
        self._remove_leftovers(provider, record)
        return Did(changed=bool(ids), detail=", ".join(sorted(ids)))

    def _delete(self, provider: Provider, server: str) -> None:
        """Its pictures first: without it nobody would find them, and they go on costing money."""
        settle = self.run.world.clouds.patience.settle
        fleet = self.run.world.store.servers.fleet()
        for picture in provider.all_snapshots(fleet):
            if picture.server == server:
                settle(partial(provider.delete_snapshot, picture.id))
        settle(partial(provider.delete, server))

    def forget(self) -> Did:
        """Nothing is left of it here."""
        record, store = self._find(), self.run.world.store
        if record is None:
            return Did(changed=False)
        if record.host:
            store.hosts.remove(record.host)
        store.servers.remove(record.operation)
        return Did(changed=True)

    def _remove_leftovers(self, provider: Provider, record: ServerRecord) -> None:
        """Firewall and tags go with the fleet's last server at that provider."""
        world = self.run.world
        fleet = world.store.servers.fleet()
        others = [
            each
            for each in world.store.servers.all()
            if each.provider == record.provider and each.operation != record.operation
        ]
        if not others and not provider.servers(FLEET, fleet):
            world.clouds.patience.settle(lambda: provider.remove_leftovers(fleet))

    def _find(self) -> ServerRecord | None:
        return self.run.world.store.servers.named(self.name)


def refuse_while_inhabited(world: World, record: ServerRecord) -> None:
    """Refuse what would end a client's stack.

    Raises:
        NotAllowedError: clients live there; the words name them.
    """
    clients = [each.slug for each in world.store.clients.all() if each.host == record.host]
    if clients:
        raise NotAllowedError(
            f"The server {record.name} is in use",
            f"These clients live on it: {', '.join(clients)}.",
            "Destroy them first with 'lectl destroy'.",
        )
