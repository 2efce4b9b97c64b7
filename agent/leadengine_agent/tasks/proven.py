"""`proven`: the TXT record that a certificate order waits for is there."""

from typing import Any

from leadengine_agent import proof
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Proven
from leadengine_agent.tasks.context import Context


def run(order: Proven, context: Context) -> dict[str, Any]:
    """Let the order go on. Answers nothing."""
    folder = context.layout.stack(order.client).acme
    if proof.asked(folder) != order.value:
        raise TaskFailure(
            FailureCode.NOT_FOUND,
            f"No certificate order of {order.client} waits for this record.",
            "It has ended, or waits for another one.",
            "Give the same command again.",
        )
    proof.meet(folder, order.value)
    return {}
