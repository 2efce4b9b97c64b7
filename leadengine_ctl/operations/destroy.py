"""Destroy: remove a client's stack and everything that is known about it."""

from dataclasses import dataclass

from leadengine_agent.protocol import Backup, BackupResult, Decommission, HostState, Inspect
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.points import ask
from leadengine_ctl.operations.backups.record import keep_kit
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.defaults import check_slug, client_host, find_address


class DestroyRequest(Frozen):
    """What was asked for.

    Attributes:
        host: the address of the client's host.
        last_point: take a last recovery point first.
        frozen: only the copy that a move left on `host`; the client lives on elsewhere.
    """

    client: Slug
    host: str
    last_point: bool = True
    frozen: bool = False


def destroy_request(world: World, client: str, *, last_point: bool = True) -> DestroyRequest:
    """What to destroy: a client, or what a killed destroy left of one it had forgotten already.

    Raises:
        NotFoundError: there is neither.
    """
    old = world.store.operations.unfinished(check_slug(client))
    if old and old.verb == Destroy.name:
        return DestroyRequest.model_validate_json(old.params)
    address, record = client_host(world, client), world.store.clients.get(client)
    wanted = last_point and can_come_back(record) and record.release is not None
    return DestroyRequest(client=client, host=str(address), last_point=wanted)


def can_come_back(record: ClientRecord) -> bool:
    """True when a recovery point of this client can be opened once its stack is gone."""
    return bool(record.spec.backup.targets and record.spec.backup.recipients)


def frozen_request(world: World, client: str, host: str) -> DestroyRequest:
    """What a move left behind.

    Raises:
        NotAllowedError: the client lives there.
        NotFoundError: there is no such client, or no frozen stack of it.
    """
    record, address = world.store.clients.get(check_slug(client)), find_address(world, host)
    if record.host == address.name:
        raise NotAllowedError(
            f"{client} lives on {address.name}",
            "What is there is not the copy that a move left.",
            f"To end the client itself: lectl destroy {client}",
        )
    state = HostState.model_validate(ask(world, address, Inspect()))
    if not any(each.client == client and each.frozen for each in state.stacks):
        raise NotFoundError(
            f"{address.name} has no frozen stack of {client}",
            "It was never there, or it is gone already.",
            "",
        )
    return DestroyRequest(client=client, host=str(address), last_point=False, frozen=True)


@dataclass(frozen=True)
class Destroy(ClientVerb[DestroyRequest]):
    """The verb."""

    name: str = "destroy"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        first = (Work("point", steps.point),) if self.request.last_point else ()
        last = () if self.request.frozen else (Work("forget", steps.forget),)
        return (*first, Work("decommission", steps.decommission), *last)


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: DestroyRequest

    def point(self) -> Did:
        """A last recovery point, and the kit that opens it."""
        address, client = HostAddress.parse(self.request.host), self.request.client
        answer = self.run.order(address, "point", Backup(client=client))
        (point,) = BackupResult.model_validate(answer).points
        keep_kit(self.run, address, client, "seal")
        return Did(changed=True, detail=point.id)

    def decommission(self) -> Did:
        address = HostAddress.parse(self.request.host)
        self.run.order(address, "decommission", Decommission(client=self.request.client))
        return Did(changed=True)

    def forget(self) -> Did:
        self.run.world.store.clients.remove(self.request.client)
        return Did(changed=True)
