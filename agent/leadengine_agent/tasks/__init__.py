"""One module per verb. The table below is the whole of what this agent can be told to do."""

from importlib import import_module
from typing import Any

from leadengine_agent.backup.chores import due
from leadengine_agent.healing import is_heal_due
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Activate, Backup, Certify, Heal, Order, Prune, Restore, Verify
from leadengine_agent.schedule import is_certify_due
from leadengine_agent.tasks.context import Context

__all__ = ["Context", "client_of", "dispatch", "is_idle"]

# Imported when ordered: an idle agent should not hold templating and cryptography in memory.
_MODULES = {
    "install-release": "install_release",
    "activate": "activate",
    "rollback": "rollback",
    "certify": "certify",
    "certify-ahead": "certify_ahead",
    "proven": "proven",
    "inspect": "inspect",
    "logs": "logs",
    "credentials": "credentials",
    "decommission": "decommission",
    "backup": "backup",
    "points": "points",
    "restore": "restore",
    "verify": "verify",
    "host-key": "host_key",
    "recovery-kit": "recovery_kit",
    "freeze": "freeze",
    "prune": "prune",
    "repair": "repair",
    "vitals": "vitals",
    "heal": "heal",
    "update-agent": "update_agent",
    "create-tenant": "tenants",
    "suspend-tenant": "tenants",
    "read-site": "tenants",
    "set-standing": "standing",
    "delete-tenant": "tenants",
    "tenants": "tenants",
    "tenant-credentials": "tenants",
    "pack-tenant": "parcels",
    "read-parcel": "parcels",
    "put-parcel": "parcels",
    "unpack-tenant": "parcels",
}


def dispatch(order: Order, context: Context) -> dict[str, Any]:
    """Carry out `order` and return its result. Raises TaskFailure."""
    module = import_module(f"{__name__}.{_MODULES[order.verb]}")
    result: dict[str, Any] = module.run(order, context)
    return result


def client_of(order: Order) -> str:
    """Whose stack an order is about; empty when it is about the host."""
    if isinstance(order, Activate):
        return order.spec.client
    if isinstance(order, Restore) and order.identity:
        return order.identity.client
    if isinstance(order, Prune):
        return order.kit.client
    return getattr(order, "client", None) or ""


def is_idle(order: Order, layout: HostLayout) -> bool:
    """True for a scheduled order with nothing to do: not worth a lock or a line in the journal."""
    if not getattr(order, "scheduled", False):
        return False
    if isinstance(order, Certify):
        return not is_certify_due(order, layout)
    if isinstance(order, Backup | Verify):
        return not due(order, layout)
    return isinstance(order, Heal) and not is_heal_due(layout)
