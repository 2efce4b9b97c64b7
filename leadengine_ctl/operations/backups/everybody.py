"""A recovery point of every client: who is meant, and how one job has them all taken."""

from collections import Counter
from dataclasses import dataclass

from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import PartialError
from leadengine_ctl.fleet.panel_records import JobRecord
from leadengine_ctl.fleet.records import ClientRecord, OperationRecord, OperationState
from leadengine_ctl.operations.backups.backup import BackupVerb
from leadengine_ctl.operations.backups.many import run_many
from leadengine_ctl.operations.backups.requests import BackupRequest
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host

_NAMED = 5
"""How many of those that failed are named in a sentence."""


class Everybody(Frozen):
    """Whom a job takes points of."""

    clients: tuple[Slug, ...]


@dataclass(frozen=True)
class BackupPlan:
    """Of whom a point would be taken, and who is left out and why."""

    clients: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def plan_backups(world: World) -> BackupPlan:
    """Look who can be backed up; no host is asked."""
    whys = {each.slug: _objection(each) for each in world.store.clients.all()}
    return BackupPlan(
        tuple(name for name, why in whys.items() if not why),
        tuple((name, why) for name, why in whys.items() if why),
    )


def back_up(world: World, job: JobRecord) -> None:
    """Take a point of each client of a job; whoever has one since it was asked for is not asked again.

    Raises:
        PartialError: some have none.
    """
    wanted = Everybody.model_validate_json(job.params).clients
    done = {each.client for each in backups_of(world, job) if each.state is OperationState.DONE}
    alive = {each.slug for each in world.store.clients.all()}
    names = [name for name in wanted if name in alive and name not in done]
    hosts = {name: str(client_host(world, name)) for name in names}
    verbs = [BackupVerb(BackupRequest(client=name, host=hosts[name])) for name in names]
    failed = [each for each in run_many(world, verbs, lambda _: None) if each.error]
    if failed:
        whys = [f"{each.client}: {each.error.what}" for each in failed[:_NAMED] if each.error]
        raise PartialError(
            f"{len(failed)} of {len(wanted)} clients have no new recovery point",
            "; ".join(whys) + ("; and others" if len(failed) > _NAMED else ""),
            "Mend what their operations say, then back them up one by one, or all again.",
        )


def backups_of(world: World, job: JobRecord) -> tuple[OperationRecord, ...]:
    """The newest backup of each client of a job that began since it was asked for."""
    wanted = Everybody.model_validate_json(job.params).clients
    found = world.store.overview.since(job.created_at, BackupVerb.name)
    newest = {each.client: each for each in found}
    return tuple(newest[name] for name in wanted if name in newest)


def progress_of(world: World, job: JobRecord) -> dict[str, int]:
    """How many of a job's clients are how far: `done`, `failed`, `running`, `waiting`."""
    states = Counter(each.state.value for each in backups_of(world, job))
    total = len(Everybody.model_validate_json(job.params).clients)
    return {**states, "waiting": total - states.total()}


def _objection(client: ClientRecord) -> str:
    if client.release is None:
        return "its first deploy has not ended"
    if not client.spec.backup.targets:
        return "it has no storage for recovery points"
    return ""
