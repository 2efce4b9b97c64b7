"""`activate`: bring a stack to a spec and a release. Deploy, update, change and way back are this.

Every step looks first and does only what is missing, so the whole can be repeated from the top after
a kill at any point.
"""

from typing import Any

from leadengine_agent import docker
from leadengine_agent.activation import reversion
from leadengine_agent.activation.activation import Activation
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import Activate
from leadengine_agent.stack import load_release
from leadengine_agent.tasks.context import Context

BEFORE_SWITCH = (
    "generation",
    "headroom",
    "backup",
    "data",
    "migrate",
    "start",
    "seed",
    "api",
    "certificate",
)
IN_SERVICE = ("gateway", "worker", "bake")
"""What fails here has been seen by visitors: the generation before comes back by itself."""

STEPS = (*BEFORE_SWITCH, *IN_SERVICE, "retire", "commit")
"""Committing is last: a generation that is current has nothing left to do."""


def run(order: Activate, context: Context) -> dict[str, Any]:
    """Activate and answer an `ActivateResult`."""
    layout = context.layout.stack(order.spec.client)
    release, templates = load_release(context.layout, order.release)
    return carry_out(Activation(order, context.layout, layout, release, templates), context)


def carry_out(activation: Activation, context: Context) -> dict[str, Any]:
    """Take all steps of an activation, and the way back where the new generation fails in service."""
    steps, layout = context.steps, activation.layout
    docker.reap_one_offs(layout.client)
    steps.run("generation", activation.generation)
    if activation.stands():
        steps.run("converge", activation.converge)
        return activation.result(steps.changed).model_dump()
    _refuse_what_was_rolled_back(activation, context)
    if activation.is_overtaken():
        steps.run("rollback", activation.revert)
    _prepare(activation, context)
    try:
        for name in IN_SERVICE:
            steps.run(name, getattr(activation, name))
    except TaskFailure as error:
        raise _way_back(activation, context, error) from error
    for name in ("retire", "commit"):
        steps.run(name, getattr(activation, name))
    return activation.result(steps.changed).model_dump()


def _prepare(activation: Activation, context: Context) -> None:
    try:
        for name in BEFORE_SWITCH[1:]:
            context.steps.run(name, getattr(activation, name))
    except TaskFailure:
        if activation.has_replaced_data:
            context.steps.run("undo", activation.undo_data)
        raise


def _refuse_what_was_rolled_back(activation: Activation, context: Context) -> None:
    if activation.order.retry:
        reversion.forget(activation.layout)
        return
    earlier = reversion.earlier_failure(activation.layout, activation.record)
    if earlier is None:
        return
    if activation.can_revert:
        # A kill may have come between the note and the way back.
        context.steps.run("rollback", activation.revert)
    raise earlier


def _way_back(activation: Activation, context: Context, error: TaskFailure) -> TaskFailure:
    if not activation.can_revert:
        return error
    reversion.remember(activation.layout, activation.record, error.failure)
    context.steps.run("rollback", activation.revert)
    return reversion.after_rollback(error)
