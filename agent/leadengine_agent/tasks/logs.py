"""`logs`: the last lines of a stack's services."""

from typing import Any

from leadengine_agent.compose import Compose
from leadengine_agent.failures import not_found
from leadengine_agent.protocol import SERVICES, Logs, LogsResult, ServiceName
from leadengine_agent.records import current_record
from leadengine_agent.stack import compose_of
from leadengine_agent.tasks.context import Context


def run(order: Logs, context: Context) -> dict[str, Any]:
    """Answer a `LogsResult`; of all services, each line carries its service's name."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    compose = compose_of(layout, record)
    if order.service:
        return LogsResult(lines=compose.logs(order.service, order.lines)).model_dump()
    lines = [line for service in SERVICES for line in _named(compose, service, order.lines)]
    return LogsResult(lines=tuple(lines)).model_dump()


def _named(compose: Compose, service: ServiceName, most: int) -> list[str]:
    if compose.container(service) is None:
        return []
    return [f"{service} | {line}" for line in compose.logs(service, most)]
