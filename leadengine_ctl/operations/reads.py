"""Reads: they ask the agents live and take no lock; what hosts say of their points is remembered."""

from leadengine_agent.protocol import HostState, Inspect, Logs, LogsResult, StackState
from leadengine_agent.values import Frozen
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.freshness import Freshness, freshness
from leadengine_ctl.operations.backups.record import note_stack
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.operations.licences import verdict_on
from leadengine_ctl.planning.licence import LicenceVerdict


class ClientStatus(Frozen):
    """How one client is. `stack` None: it could not be asked, and `problem` says why."""

    client: ClientRecord
    stack: StackState | None
    problem: str = ""
    backups: Freshness
    licence: LicenceVerdict | None = None

    @property
    def green(self) -> bool:
        healthy = self.stack is not None and self.stack.healthy
        return healthy and not self.backups.verdict.red

    @property
    def advice(self) -> str:
        return self.stack.certificate.advice if self.stack else ""

    def as_json(self) -> dict[str, object]:
        """For programs; the operator's stored secrets are left out."""
        return {
            "client": self.client.slug,
            "green": self.green,
            "problem": self.problem,
            "domain": self.client.spec.domain,
            "client_id": self.client.spec.client_id,
            "host": self.client.host,
            "release": self.client.release,
            "channel": self.client.channel,
            "window": self.client.window,
            "hold": self.client.hold,
            "backup": self.backups.as_json(),
            "licence": self.licence.as_json() if self.licence else None,
            "stack": self.stack.model_dump(mode="json") if self.stack else None,
        }


def read_status(world: World, client: str | None) -> tuple[ClientStatus, ...]:
    """Ask the hosts how their stacks are: of one client, or of all.

    Raises:
        NotFoundError: there is no such client.
    """
    records = (world.store.clients.get(client),) if client else world.store.clients.all()
    found = {}
    for host in sorted({record.host for record in records}):
        mine = [record for record in records if record.host == host]
        found.update({each.client.slug: each for each in _host_status(world, host, mine)})
    return tuple(
        found[record.slug].model_copy(update={"licence": verdict_on(world, record)})
        for record in records
    )


def read_logs(world: World, client: str, service: str | None, lines: int) -> tuple[str, ...]:
    """The last lines of a client's services.

    Raises:
        NotFoundError: there is no such client, or it has no stack.
    """
    order = Logs.model_validate({"client": client, "service": service, "lines": lines})
    answer = world.ask(client_host(world, client), order)
    return LogsResult.model_validate(answer).lines


def _host_status(world: World, host: str, records: list[ClientRecord]) -> list[ClientStatus]:
    try:
        address = HostAddress.parse(world.store.hosts.get(host).url)
        state = HostState.model_validate(world.ask(address, Inspect()))
    except LeadEngineError as error:
        return [_without_stack(world, one, error.what) for one in records]
    stacks = {stack.client: stack for stack in state.stacks}
    return [_client_status(world, record, stacks.get(record.slug)) for record in records]


def _without_stack(world: World, record: ClientRecord, problem: str) -> ClientStatus:
    """Nothing is heard; of its points the store remembers what was heard last."""
    known = world.store.recovery.find(record.slug)
    backups = freshness(record, None, known, heard=False)
    return ClientStatus(client=record, stack=None, problem=problem, backups=backups)


def _client_status(world: World, record: ClientRecord, stack: StackState | None) -> ClientStatus:
    if stack is None:
        problem = f"{record.host} has no stack of {record.slug}: deploy it again"
        return _without_stack(world, record, problem)
    known = world.store.recovery.find(record.slug)
    backups = freshness(record, stack.backup, known, heard=True)
    note_stack(world, stack)
    sick = [each.service for each in stack.services if each.health == "unhealthy"]
    problem = "" if stack.healthy else f"not healthy: {', '.join(sick) or 'a service is missing'}"
    return ClientStatus(client=record, stack=stack, problem=problem, backups=backups)
