"""The heartbeat of a host in memory."""

import time
from typing import Any

from leadengine_agent.protocol import HostState
from leadengine_agent.reports import CertificateVitals, Heartbeat, StackVitals


def vitals_of(state: HostState) -> dict[str, Any]:
    """What `vitals` answers for a host that is like this; nothing ever happened to it."""
    stacks = tuple(
        StackVitals(
            client=stack.client,
            release=stack.release,
            generation=stack.generation,
            colour=stack.colour,
            healthy=stack.healthy,
            certificate=CertificateVitals(issuer_kind=stack.certificate.issuer_kind),
        )
        for stack in state.stacks
    )
    beat = Heartbeat(
        looked_at=time.time(),
        agent_version=state.agent_version,
        memory_total=state.memory,
        disk_free=state.disk_free,
        disk_total=state.disk_total,
        stacks=stacks,
    )
    found = {"heartbeat": beat.model_dump(mode="json"), "events": [], "usage": []}
    return {**found, "journal": "memory", "last": 0}
