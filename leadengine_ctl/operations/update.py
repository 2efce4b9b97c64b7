"""Update: bring one client to a release or to another configuration. Rollouts are made of these."""

from dataclasses import dataclass

from leadengine_agent.protocol import Activate, Seconds, StackSpec
from leadengine_agent.values import Frozen, OperationId, Slug, Version
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.policy import credentials_of
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.configuring import configured, own_settings
from leadengine_ctl.operations.placing import Placing


class UpdateRequest(Frozen):
    """What was asked for.

    Attributes:
        host: the address of the client's host.
        current: the release it was planned against.
        release: the one to bring; the same one: only the configuration changes.
        changes: what to configure, key -> text.
        rollout: the rollout it is a part of.
    """

    client: Slug
    host: str
    current: Version
    release: Version
    changes: dict[str, str] = {}
    bake: Seconds = 0
    contract: bool = False
    retry: bool = False
    without_backup: bool = False
    rollout: OperationId


@dataclass(frozen=True)
class Update(ClientVerb[UpdateRequest]):
    """The verb."""

    name: str = "update"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        works = (Work("activate", steps.activate), Work("record", steps.record))
        if self.request.release == self.request.current:
            # The host has it all: a change of configuration brings no new agent, either.
            return works
        place = steps.placing
        return (Work("prepare", place.prepare), Work("release", place.release), *works)


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: UpdateRequest

    @property
    def placing(self) -> Placing:
        address = HostAddress.parse(self.request.host)
        return Placing(self.run, address, self.request.release)

    def activate(self) -> Did:
        client, spec = self._wanted()
        order = Activate(
            spec=spec,
            release=self.request.release,
            secrets=client.secrets,
            credentials=credentials_of(self.run.world, spec.backup),
            without_backup=self.request.without_backup,
            expects=self.request.current,
            bake=self.request.bake,
            contract=self.request.contract,
            retry=self.request.retry,
        )
        did, _result = self.placing.activate(order)
        return did

    def record(self) -> Did:
        clients, request = self.run.world.store.clients, self.request
        client, spec = self._wanted()
        if spec != client.spec or request.changes:
            clients.keep_spec(spec, own_settings(client, request.changes, spec))
        clients.mark_live(request.client, request.release)
        return Did(changed=(client.spec, client.release) != (spec, request.release))

    def _wanted(self) -> tuple[ClientRecord, StackSpec]:
        client = self.run.world.store.clients.get(self.request.client)
        changes = self.request.changes
        return client, configured(client.spec, self.run.world, changes, client.config)
