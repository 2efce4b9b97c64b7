"""How clients are, from what their hosts reported: nobody is asked, and thousands are shown at once."""

import time
from dataclasses import dataclass

from leadengine_agent.reports import StackVitals
from leadengine_ctl.fleet.agent_records import HeartbeatRecord
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.mailbox import colour_of
from leadengine_ctl.planning.liveness import HostColour


@dataclass(frozen=True)
class ReportedStatus:
    """One client as its own host last reported it.

    Attributes:
        colour: `unknown` when the report is too old, or says nothing of this client.
        age: seconds since the report came; None: none has.
    """

    client: ClientRecord
    colour: HostColour
    stack: StackVitals | None
    age: float | None

    def as_json(self) -> dict[str, object]:
        return {
            "client": self.client.slug,
            "state": self.colour.value,
            "host": self.client.host,
            "domain": self.client.spec.domain,
            "age": self.age,
            "stack": self.stack.model_dump(mode="json") if self.stack else None,
        }


def read_reported(world: World, client: str | None) -> tuple[ReportedStatus, ...]:
    """The last known state of one client, or of all.

    Raises:
        NotFoundError: there is no such client.
    """
    now = time.time()
    records = (world.store.clients.get(client),) if client else world.store.clients.all()
    beats = {each.host: each for each in world.store.reports.heartbeats()}
    return tuple(_status(record, beats.get(record.host), now) for record in records)


def _status(client: ClientRecord, beat: HeartbeatRecord | None, now: float) -> ReportedStatus:
    if beat is None:
        return ReportedStatus(client, HostColour.UNKNOWN, None, None)
    stack = next((each for each in beat.heartbeat.stacks if each.client == client.slug), None)
    colour = HostColour.UNKNOWN
    if stack is not None and colour_of(beat, now) is not HostColour.UNKNOWN:
        colour = HostColour.GREEN if stack.healthy else HostColour.RED
    return ReportedStatus(client, colour, stack, now - beat.received_at)
