"""A client that came back, as the store is to know it: also a store that never heard of it."""

from leadengine_agent.protocol import RecoveryKit, RestoreResult, StackSpec
from leadengine_ctl.fleet.records import ClientRecord, StorageRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.policy import LOCAL
from leadengine_ctl.operations.backups.requests import RestoreRequest
from leadengine_ctl.operations.base import Did, Run, World
from leadengine_ctl.operations.configuring import SPEC_KEYS, configured, value_of


def register(
    run: Run, request: RestoreRequest, result: RestoreResult, kit: RecoveryKit | None
) -> Did:
    """Note where the client lives, what it is, and which release it runs."""
    world, spec, stack = run.world, result.spec, result.stack
    if spec is None or stack is None:
        return Did(changed=False)
    if kit is not None and request.identity is None:
        _learn(world, spec, kit)
    old = world.store.clients.find(request.name)
    of = old or world.store.clients.find(request.client)
    host = HostAddress.parse(request.host).name
    world.store.clients.save(ClientRecord(spec=spec, host=host, secrets=of.secrets if of else {}))
    config = old.config if old else own_config(world, spec)
    world.store.clients.keep_spec(spec, config)
    world.store.clients.mark_live(spec.client, stack.release)
    changed = old is None or (old.spec, old.host, old.release) != (spec, host, stack.release)
    return Did(changed=changed)


def own_config(world: World, spec: StackSpec) -> dict[str, str]:
    """What of a spec is not what this store would make by itself: it was set for this client alone."""
    usual = configured(spec, world, dict.fromkeys(_OWN, ""), {})
    return {
        key: value_of(spec, key)
        for key in _OWN
        if value_of(spec, key) and value_of(spec, key) != value_of(usual, key)
    }


_OWN = tuple(key for key in SPEC_KEYS if key != "email")


def _learn(world: World, spec: StackSpec, kit: RecoveryKit) -> None:
    """A store that was lost learns again of storages and recovery keys, from those of the client."""
    known = {each.name for each in world.store.storages.all()}
    for target in spec.backup.targets:
        if target.name not in known and target.name != LOCAL:
            credentials = kit.credentials.get(target.name)
            world.store.storages.save(StorageRecord(target=target, credentials=credentials))
    for recipient in spec.backup.recipients:
        world.store.recovery.add_key(recipient, "recovery kit")
