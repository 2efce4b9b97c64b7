"""`freeze`: stop a stack that was moved away, and keep all it has; or let it serve again."""

from typing import Any

from leadengine_agent.activation.data_services import DEADLINE
from leadengine_agent.backup.chores import FROZEN
from leadengine_agent.compose import wait_until_ready
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import not_found
from leadengine_agent.protocol import Freeze
from leadengine_agent.records import current_record
from leadengine_agent.stack import compose_of, forget_state, read_state, services_of, write_state
from leadengine_agent.tasks.context import Context


def run(order: Freeze, context: Context) -> dict[str, Any]:
    """Freeze or thaw; answers whether anything changed."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    compose, services = compose_of(layout, record), services_of(record.colour)

    def freeze() -> Did:
        new = not read_state(layout, FROZEN)
        # First of all nobody starts it again.
        write_state(layout, FROZEN, {"frozen": True})
        compose("stop", "--timeout", "60", timeout=400)
        return Did(new, "stopped; its data stays")

    def thaw() -> Did:
        if not read_state(layout, FROZEN):
            return Did(False, "it is not frozen")
        compose.up(*services)
        for name in services:
            wait_until_ready(compose, name, DEADLINE)
        forget_state(layout, FROZEN)
        return Did(True, "it serves again")

    context.steps.run("thaw" if order.thaw else "freeze", thaw if order.thaw else freeze)
    return {"changed": context.steps.changed}
