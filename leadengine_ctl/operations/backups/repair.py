"""Mending a storage that damaged or lost a client's points: first a plan, then what was agreed to."""

from leadengine_agent.protocol import Repair, RepairResult
from leadengine_ctl.errors import NotFoundError, UsageError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host


def chosen_target(world: World, client: str, wanted: str | None) -> str:
    """The storage that is meant: the one that was named, or the only one.

    Raises:
        NotFoundError: the client has none, or not this one.
        UsageError: there are several, and none was named.
    """
    names = [each.name for each in world.store.clients.get(client).spec.backup.targets]
    if wanted is None and len(names) > 1:
        raise UsageError(
            f"{client} has several storages",
            f"They are: {', '.join(names)}.",
            f"Name the damaged one: lectl backup repair {client} {names[0]}",
        )
    if not names or wanted not in {None, *names}:
        raise NotFoundError(
            f"There is no storage {wanted or ''} of {client}".replace("  ", " "),
            f"It has: {', '.join(names) or 'none'}.",
            f"'lectl backups {client}' shows which points are where.",
        )
    return wanted or names[0]


def plan_repair(world: World, client: str, target: str) -> RepairResult:
    """What is damaged there and which points cannot be read; changes nothing."""
    return _repair(world, Repair(client=client, target=target, dry_run=True))


def repair(world: World, client: str, target: str, plan: RepairResult) -> RepairResult:
    """Mend it. Of the points that the plan names those are forgotten that a new point does not heal.

    Raises:
        LeadEngineError: more is lost than the plan says, the storage only lets add, or it goes on failing.
    """
    return _repair(world, Repair(client=client, target=target, give_up=plan.lost))


def _repair(world: World, order: Repair) -> RepairResult:
    return RepairResult.model_validate(world.ask(client_host(world, order.client), order))
