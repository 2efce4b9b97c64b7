"""Destroy: remove a client's stack and everything that is known about it."""

from dataclasses import dataclass

from leadengine_agent.protocol import Backup, BackupResult, Decommission, HostState, Inspect
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import HostUnreachableError, NotAllowedError, NotFoundError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.record import keep_kit
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.defaults import check_slug, client_host, find_address
from leadengine_ctl.operations.hosts import forget_host
from leadengine_ctl.operations.naming import Naming
from leadengine_ctl.operations.servers.giving_back import GivingBack
from leadengine_ctl.operations.sharing import others_of


class DestroyRequest(Frozen):
    """What was asked for.

    Attributes:
        host: the address of the client's host.
        last_point: take a last recovery point first.
        frozen: only the copy that a move left on `host`; the client lives on elsewhere.
        server: the name of the server that goes with the client; empty: its host stays.
        lost: why the host cannot be talked to and is forgotten as well; empty: it is asked.
    """

    client: Slug
    host: str
    last_point: bool = True
    frozen: bool = False
    server: str = ""
    lost: str = ""


def destroy_request(
    world: World, client: str, *, last_point: bool = True, keep_server: bool = False
) -> DestroyRequest:
    """What to destroy: a client, or what a killed destroy left of one it had forgotten already.

    Args:
        keep_server: leave a server that was made for the client alone.

    Raises:
        NotFoundError: there is neither.
        NotAllowedError: other machines serve as this stack.
    """
    old = world.store.operations.unfinished(check_slug(client))
    if old and old.verb == Destroy.name:
        return DestroyRequest.model_validate_json(old.params)
    address, record = client_host(world, client), world.store.clients.get(client)
    _refuse_first(world, client)
    wanted = last_point and can_come_back(record) and record.release is not None
    server = "" if keep_server else _own_server(world, client, address)
    return DestroyRequest(client=client, host=str(address), last_point=wanted, server=server)


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
    state = HostState.model_validate(world.ask(address, Inspect()))
    if not any(each.client == client and each.frozen for each in state.stacks):
        raise NotFoundError(
            f"{address.name} has no frozen stack of {client}",
            "It was never there, or it is gone already.",
            "",
        )
    return DestroyRequest(client=client, host=str(address), last_point=False, frozen=True)


def _refuse_first(world: World, client: str) -> None:
    """Other machines serve as this stack, and find their data by what is known of it."""
    record = world.store.clients.get(client)
    others = () if record.spec.beside else others_of(world, record)
    if others:
        raise NotAllowedError(
            f"{client} is not destroyed: {', '.join(others)} serve beside it",
            "They have their clients, names and secrets from it.",
            f"If its machine is lost, let another take its place: lectl cloud replace {client} --host HOST. "
            f"To end the whole stack, destroy the others first: lectl destroy {others[0]}",
        )


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
        first = (Work("point", steps.point),) if self.request.last_point else ()
        decommission = Work("decommission", steps.decommission)
        if self.request.frozen:
            return (decommission,)
        lost = bool(self.request.lost)
        rented = (Work("delete-server", server.delete), Work("forget-server", server.forget))
        return (
            *first,
            *(() if lost else (decommission,)),
            Work("dns", steps.dns),
            *(rented if self.request.server else ()),
            Work("forget", steps.forget),
            *((Work("forget-host", steps.forget_host),) if lost else ()),
        )


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

    def forget_host(self) -> Did:
        """What is known of a lost machine."""
        return forget_host(self.run.world, HostAddress.parse(self.request.host).name)
