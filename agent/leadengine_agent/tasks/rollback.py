"""`rollback`: bring back release and spec of an earlier generation, as a new generation."""

from typing import Any

from leadengine_agent.activation.activation import Activation
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.generations import Generations
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import Activate, BackupPolicy, FailureCode, Release, Rollback
from leadengine_agent.records import Record
from leadengine_agent.stack import load_release, read_state
from leadengine_agent.tasks.activate import carry_out
from leadengine_agent.tasks.context import Context


def run(order: Rollback, context: Context) -> dict[str, Any]:
    """Activate what an earlier generation was, and answer an `ActivateResult`."""
    layout = context.layout.stack(order.client)
    target = _target(layout, order)
    release, templates = load_release(context.layout, target.release)
    _refuse_unfit_schema(context.layout, layout, release)
    # A person asks for what has served before: what an automatic rollback noted does not count.
    # Where backups go is as it is now, not as it was then.
    spec = target.spec.model_copy(update={"backup": _policy(layout)})
    wanted = Activate(spec=spec, release=target.release, bake=order.bake, retry=True)
    return carry_out(
        Activation(wanted, context.layout, layout, release, templates, back=True), context
    )


def _policy(layout: StackLayout) -> BackupPolicy:
    current = Generations(layout).current()
    return current.spec.backup if current else BackupPolicy()


def _target(layout: StackLayout, order: Rollback) -> Record:
    generations = Generations(layout)
    current = generations.current()
    if current is None:
        raise not_found(order.client)
    kept = {each.number: each for each in generations.committed()}
    wanted = order.to if order.to is not None else max(kept.keys() - {current.number}, default=0)
    if wanted not in kept:
        raise _no_such_generation(order, sorted(kept))
    return kept[wanted]


def _refuse_unfit_schema(host: HostLayout, layout: StackLayout, release: Release) -> None:
    """Old code runs on a newer schema only as far as the newer release says so."""
    applied = read_state(layout, "migration").get("release", release.version)
    database = load_release(host, applied)[0].database
    if database.serves(release.database.head):
        return
    raise TaskFailure(
        FailureCode.CONFLICT,
        f"Release {release.version} cannot run on the database as it is now.",
        f"Release {applied} took away what code older than revision "
        f"{database.oldest_compatible} needs.",
        "Nothing was changed. The way back is a recovery point from before that update.",
    )


def _no_such_generation(order: Rollback, kept: list[int]) -> TaskFailure:
    what = f"There is no generation {order.to} of {order.client} on this host."
    return TaskFailure(
        FailureCode.NOT_FOUND,
        what if order.to else f"There is no generation of {order.client} to go back to.",
        f"Kept are: {', '.join(map(str, kept))}.",
        "Nothing was changed. Choose one of those with --to.",
    )
