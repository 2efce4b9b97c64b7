"""Destroy: remove a client's stack and everything that is known about it."""

from dataclasses import dataclass

from leadengine_agent.protocol import Decommission
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.defaults import check_slug, client_host


class DestroyRequest(Frozen):
    """What was asked for. `host` is the address of the client's host."""

    client: Slug
    host: str


def destroy_request(world: World, client: str) -> DestroyRequest:
    """What to destroy: a client, or what a killed destroy left of one it had forgotten already.

    Raises:
        NotFoundError: there is neither.
    """
    old = world.store.operations.unfinished(check_slug(client))
    if old and old.verb == Destroy.name:
        return DestroyRequest.model_validate_json(old.params)
    return DestroyRequest(client=client, host=str(client_host(world, client)))


@dataclass(frozen=True)
class Destroy(ClientVerb[DestroyRequest]):
    """The verb."""

    name: str = "destroy"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        return (Work("decommission", steps.decommission), Work("forget", steps.forget))


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: DestroyRequest

    def decommission(self) -> Did:
        address = HostAddress.parse(self.request.host)
        self.run.order(address, "decommission", Decommission(client=self.request.client))
        return Did(changed=True)

    def forget(self) -> Did:
        self.run.world.store.clients.remove(self.request.client)
        return Did(changed=True)
