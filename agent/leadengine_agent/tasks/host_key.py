"""`host-key`: the age key to which a kit for this host is sealed."""

from typing import Any

from leadengine_agent.backup.keys import host_recipient
from leadengine_agent.protocol import HostKey, HostKeyResult
from leadengine_agent.tasks.context import Context


def run(_order: HostKey, context: Context) -> dict[str, Any]:
    """Answer a `HostKeyResult`."""
    return HostKeyResult(recipient=host_recipient(context.layout)).model_dump()
