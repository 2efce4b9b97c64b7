"""Make the plan of a rollout from what the store and the library know."""

from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.records import (
    ClientRecord,
    RolloutRecord,
    RolloutState,
    TargetRecord,
    TargetState,
)
from leadengine_ctl.fleet.store import now
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.configuring import configured
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.operations.runner import new_id
from leadengine_ctl.operations.sharing import machines_of, served_as
from leadengine_ctl.planning.paths import Offer
from leadengine_ctl.planning.rollout import (
    Candidate,
    Goal,
    RolloutPlan,
    plan_change,
    plan_update,
)


def plan_rollout(world: World, request: RolloutRequest) -> RolloutPlan:
    """Plan without touching anything.

    Raises:
        NotFoundError: a client that was named is unknown.
        UsageError: a canary is not among the clients.
        ValidationError: a value to configure is refused.
    """
    records = _chosen(world, request)
    candidates = [_candidate(each) for each in records]
    waves = (request.waves, request.canary)
    if request.kind == "config":
        same = {each.slug: _has_it(world, each, request) for each in records}
        return plan_change(candidates, same, waves)
    goal = Goal(request.release, request.channel, request.retry)
    return plan_update(
        candidates, goal, read_offers(world), world.store.rollouts.failed_steps(), waves
    )


def start_rollout(world: World, request: RolloutRequest, plan: RolloutPlan) -> str:
    """Write a plan into the ledger; its id.

    Raises:
        LockedError: another rollout has one of the clients open.
    """
    rollout = new_id()
    record = RolloutRecord(
        id=rollout,
        kind=request.kind,
        params=request.model_dump_json(),
        state=RolloutState.RUNNING,
        waves=plan.waves,
        actor=world.actor,
        started_at=now(),
    )
    world.store.rollouts.start(record, _targets(rollout, plan))
    world.record(f"rollout.{request.kind}", rollout, "started", f"{len(plan.targets)} clients")
    return rollout


def read_offers(world: World) -> tuple[Offer, ...]:
    """What is published, as far as planning needs it."""
    return tuple(
        Offer(
            version=each.version,
            channels=each.channels,
            serial=each.serial,
            yanked=each.yanked,
            min_from=each.release.min_from,
            stop=each.release.stop,
        )
        for each in world.library.published()
    )


def _chosen(world: World, request: RolloutRequest) -> tuple[ClientRecord, ...]:
    clients = world.store.clients
    names = dict.fromkeys(request.clients)
    records = tuple(clients.get(name) for name in names) if names else clients.all()
    if names and request.kind == "config":
        # The machines of one stack serve the same visitors: none is set alone.
        records = machines_of(world, *records)
    missing = set(request.canary) - {each.slug for each in records}
    if missing:
        raise UsageError(
            f"No client of this rollout is called {', '.join(sorted(missing))}",
            "A canary is one of the clients that are updated.",
            "See 'lectl status' for the clients there are.",
        )
    return records


def _candidate(record: ClientRecord) -> Candidate:
    return Candidate(
        record.slug, record.host, record.release, record.channel, record.hold, served_as(record)
    )


def _has_it(world: World, record: ClientRecord, request: RolloutRequest) -> bool:
    return configured(record.spec, world, request.changes, record.config) == record.spec


def _targets(rollout: str, plan: RolloutPlan) -> list[TargetRecord]:
    chosen = [
        TargetRecord(
            rollout=rollout,
            number=number,
            client=each.client,
            host=each.host,
            wave=each.wave,
            current=each.current,
            path=each.path,
        )
        for number, each in enumerate(plan.targets, 1)
    ]
    left_out = [
        TargetRecord(
            rollout=rollout,
            number=number,
            client=each.client,
            host=each.host,
            wave=0,
            state=TargetState.SKIPPED,
            current=each.current,
            path=(),
            reason=each.why,
        )
        for number, each in enumerate(plan.skipped, len(chosen) + 1)
    ]
    return chosen + left_out
