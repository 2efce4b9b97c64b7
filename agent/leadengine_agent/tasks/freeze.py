"""`freeze`: stop a stack that was moved away, and keep all it has; or let it serve again."""

from typing import Any

from leadengine_agent.activation.data_services import DEADLINE
from leadengine_agent.backup.chores import FROZEN, Client
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Freeze, FreezeResult
from leadengine_agent.records import Record, current_record
from leadengine_agent.stack import (
    DATA_SERVICES,
    compose_of,
    forget_state,
    read_state,
    services_of,
    write_state,
)
from leadengine_agent.tasks.backup import take_point
from leadengine_agent.tasks.context import Context
from leadengine_agent.values import PointId


def run(order: Freeze, context: Context) -> dict[str, Any]:
    """Freeze or thaw; answers a `FreezeResult`."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    compose = compose_of(layout, record)
    if order.thaw:
        context.steps.run("thaw", lambda: _thaw(layout, record, compose))
        return FreezeResult(changed=context.steps.changed).model_dump()
    client = Client(layout, record, BackupHome(context.layout, order.client))
    point = _last_point(client, compose, context) if order.point else None
    context.steps.run("freeze", lambda: _freeze(layout, compose))
    return FreezeResult(changed=context.steps.changed, point=point).model_dump()


def _freeze(layout: StackLayout, compose: Compose) -> Did:
    new = not read_state(layout, FROZEN)
    # First of all nobody starts it again.
    write_state(layout, FROZEN, {"frozen": True})
    compose("stop", "--timeout", "60", timeout=400)
    return Did(new, "stopped; its data stays")


def _thaw(layout: StackLayout, record: Record, compose: Compose) -> Did:
    if not read_state(layout, FROZEN):
        return Did(False, "it is not frozen")
    _serve(record, compose)
    forget_state(layout, FROZEN)
    return Did(True, "it serves again")


def _serve(record: Record, compose: Compose) -> None:
    services = services_of(record.colour)
    compose.up(*services)
    for name in services:
        wait_until_ready(compose, name, DEADLINE)


def _last_point(client: Client, compose: Compose, context: Context) -> PointId | None:
    """A point of all that was ever accepted: nothing is taken any more, and the queue is in it.

    Of a stack that is frozen already, the newest one: an earlier run took it and was killed.

    Raises:
        TaskFailure: it is not good at every target; the stack serves again.
    """
    if read_state(client.layout, FROZEN):
        good = client.history().good
        return good[-1].id if good else None
    context.steps.run("close", lambda: _close(client.record, compose))
    try:
        return take_point(client, context, "move").id
    except TaskFailure:
        _serve(client.record, compose)
        raise


def _close(record: Record, compose: Compose) -> Did:
    """Stop what answers visitors and what works for them; the data services go on."""
    doors = [name for name in services_of(record.colour) if name not in DATA_SERVICES]
    compose("stop", "--timeout", "60", *reversed(doors), timeout=400)
    return Did(True, "nothing is accepted any more")
