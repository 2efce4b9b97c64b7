"""Destroy: remove a client's stack and everything that is known about it."""

from dataclasses import dataclass

from leadengine_agent.protocol import Decommission
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import HostUnreachableError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.defaults import check_slug, client_host
from leadengine_ctl.operations.naming import Naming
from leadengine_ctl.operations.servers.giving_back import GivingBack


class DestroyRequest(Frozen):
    """What was asked for.

    Attributes:
        host: the address of the client's host.
        server: the name of the server that goes with the client; empty: its host stays.
    """

    client: Slug
    host: str
    server: str = ""


def destroy_request(world: World, client: str, *, keep_server: bool = False) -> DestroyRequest:
    """What to destroy: a client, or what a killed destroy left of one it had forgotten already.

    Args:
        keep_server: leave a server that was made for the client alone.

    Raises:
        NotFoundError: there is neither.
    """
    old = world.store.operations.unfinished(check_slug(client))
    if old and old.verb == Destroy.name:
        return DestroyRequest.model_validate_json(old.params)
    address = client_host(world, client)
    server = "" if keep_server else _own_server(world, client, address)
    return DestroyRequest(client=client, host=str(address), server=server)


def _own_server(world: World, client: str, address: HostAddress) -> str:
    """The server that was made for this client, while nobody else has moved in."""
    record = world.store.servers.of_host(address.name)
    others = [
        each.slug
        for each in world.store.clients.all()
        if each.host == address.name and each.slug != client
    ]
    return record.name if record and record.client == client and not others else ""


@dataclass(frozen=True)
class Destroy(ClientVerb[DestroyRequest]):
    """The verb."""

    name: str = "destroy"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps, server = _Steps(run, self.request), GivingBack(run, self.request.server)
        return (
            Work("decommission", steps.decommission),
            Work("dns", steps.dns),
            *(
                (Work("delete-server", server.delete), Work("forget-server", server.forget))
                if self.request.server
                else ()
            ),
            Work("forget", steps.forget),
        )


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: DestroyRequest

    def decommission(self) -> Did:
        address = HostAddress.parse(self.request.host)
        try:
            self.run.order(address, "decommission", Decommission(client=self.request.client))
        except HostUnreachableError:
            if not self._server_is_gone():
                raise
            return Did(changed=False, detail="its server is gone already")
        return Did(changed=True)

    def dns(self) -> Did:
        return Naming(self.run.world, self.request.client, "").forget()

    def _server_is_gone(self) -> bool:
        record = self.run.world.store.servers.named(self.request.server)
        provider = self.run.world.clouds.provider(record.provider) if record else None
        return bool(record and provider and provider.find(record.server or "") is None)

    def forget(self) -> Did:
        self.run.world.store.clients.remove(self.request.client)
        return Did(changed=True)
