"""`restore`: bring a client back to a recovery point, in place of what serves or where nothing is."""

import time
from typing import Any

from leadengine_agent.activation.activation import Activation
from leadengine_agent.activation.admission import refuse_frozen
from leadengine_agent.backup.catalogue import Catalogue
from leadengine_agent.backup.lending import source_of
from leadengine_agent.backup.restoring import Restoring
from leadengine_agent.backup.swapping import finish_pending
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Restore, RestoreResult
from leadengine_agent.records import current_record
from leadengine_agent.stack import load_release
from leadengine_agent.tasks.activate import carry_out
from leadengine_agent.tasks.context import Context
from leadengine_agent.tasks.inspect import stack_state


def run(order: Restore, context: Context) -> dict[str, Any]:
    """Restore and answer a `RestoreResult`."""
    started = time.monotonic()
    name = order.identity.client if order.identity else order.client
    layout = context.layout.stack(name)
    refuse_frozen(layout)
    context.steps.run("converge", lambda: _finish(context, name))
    with source_of(context.layout, order) as source:
        point, target = source.choose(order.point, order.target)

        def tell(done: int, total: int) -> None:
            context.steps.progress("stage", f"{point.id} from '{target}'", done, total)

        fetching = source.fetching(point, target, tell)
        restoring = Restoring(order, context.layout, source, fetching)
        _refuse_impossible(restoring)
        _carry_out(restoring, context)
        record = current_record(layout)
        return RestoreResult(
            point=point.id,
            target=target,
            changed=not order.dry_run,
            size=fetching.done,
            seconds=round(time.monotonic() - started, 3),
            held_seconds=round(restoring.held, 3),
            loss_seconds=restoring.loss(),
            undo=restoring.undo,
            stack=stack_state(context.layout, layout, record)
            if record and not order.dry_run
            else None,
            spec=record.spec if record and not order.dry_run else None,
            replayed=restoring.manifest.rest.queue if order.only is None else 0,
        ).model_dump()


def _finish(context: Context, client: str) -> Did:
    """An earlier restore that was killed while it swapped is carried through first."""
    done = finish_pending(context.layout, context.layout.stack(client))
    return Did(done, "an interrupted restore was carried through" if done else "")


def _carry_out(restoring: Restoring, context: Context) -> None:
    steps = context.steps
    if restoring.order.dry_run:
        steps.run("stage", restoring.rehearse)
        return
    steps.run("fetch", restoring.fetch)
    if restoring.is_fresh:
        _where_nothing_is(restoring, context)
    else:
        _in_place(restoring, context)
    catalogue = Catalogue(restoring.home.catalogue, restoring.home.password())
    if restoring.home.password():
        catalogue.add("restored", {"point": restoring.manifest.point, "undo": restoring.undo})


def _in_place(restoring: Restoring, context: Context) -> None:
    try:
        context.steps.run("stage", restoring.stage)
        context.steps.run("undo point", restoring.keep_what_is_replaced)
    except TaskFailure:
        restoring.discard()
        raise
    context.steps.run("swap", restoring.swap)


def _where_nothing_is(restoring: Restoring, context: Context) -> None:
    """Volumes first, then the data in them, then the activation that finds it there."""
    context.steps.run("adopt", restoring.adopt)
    release, templates = load_release(context.layout, restoring.manifest.release)
    activation = Activation(
        restoring.activate, context.layout, restoring.layout, release, templates
    )
    context.steps.run("generation", activation.generation)
    context.steps.run("volumes", lambda: _volumes(activation))
    context.steps.run("stage", restoring.stage)
    context.steps.run("swap", restoring.put_in_place)
    carry_out(activation, context)
    context.steps.run("replay", restoring.after_start)


def _volumes(activation: Activation) -> Did:
    """Let Compose make the database's container and volume without starting it."""
    # What a killed run started must not work on the data that is put in place.
    activation.compose("stop", "--timeout", "30")
    activation.compose("create", "--no-build", "db")
    return Did(True, "volumes are there")


def _refuse_impossible(restoring: Restoring) -> None:
    if restoring.order.identity and not restoring.is_fresh:
        raise TaskFailure(
            FailureCode.CONFLICT,
            f"There is a stack of '{restoring.client}' on this host already.",
            "A copy under a name of its own must not replace another client.",
            "Nothing was changed. Choose another name.",
        )
    if restoring.is_fresh and restoring.order.only and not restoring.order.dry_run:
        raise TaskFailure(
            FailureCode.INVALID,
            f"There is no stack of '{restoring.client}' on this host to restore a part of.",
            "A part of a point needs a stack around it.",
            "Nothing was changed. Restore everything.",
        )
