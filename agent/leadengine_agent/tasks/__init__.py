"""One module per verb. The table below is the whole of what this agent can be told to do."""

from collections.abc import Callable
from typing import Any

from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Activate, Certify, Order
from leadengine_agent.tasks import (
    activate,
    certify,
    credentials,
    decommission,
    inspect,
    install_release,
    logs,
)
from leadengine_agent.tasks.context import Context

__all__ = ["Context", "client_of", "dispatch", "is_idle"]

_TABLE: dict[str, Callable[[Any, Context], dict[str, Any]]] = {
    "install-release": install_release.run,
    "activate": activate.run,
    "certify": certify.run,
    "inspect": inspect.run,
    "logs": logs.run,
    "credentials": credentials.run,
    "decommission": decommission.run,
}


def dispatch(order: Order, context: Context) -> dict[str, Any]:
    """Carry out `order` and return its result. Raises TaskFailure."""
    return _TABLE[order.verb](order, context)


def client_of(order: Order) -> str:
    """Whose stack an order is about; empty when it is about the host."""
    if isinstance(order, Activate):
        return order.spec.client
    return getattr(order, "client", None) or ""


def is_idle(order: Order, layout: HostLayout) -> bool:
    """True for a scheduled order that has nothing to do now: not worth a lock or a line in the journal."""
    return isinstance(order, Certify) and order.scheduled and not certify.due(order, layout)
