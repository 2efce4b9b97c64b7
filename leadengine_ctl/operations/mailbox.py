"""The mailbox of one host, in the store: what `hosts/queue.py` needs of it."""

import time
from dataclasses import dataclass

from leadengine_agent.policy import ROUTINE
from leadengine_agent.protocol import Event, Outcome, Task
from leadengine_ctl.fleet.agent_records import HeartbeatRecord, QueueState
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.queue import QueueHost
from leadengine_ctl.planning.liveness import HostColour, LastHeartbeat, colour


@dataclass(frozen=True)
class StoredMailbox:
    """Tasks of one host in the store."""

    store: Store
    host: str

    def put(self, task: Task) -> None:
        spec = getattr(task.order, "spec", None)
        client = spec.client if spec else getattr(task.order, "client", None) or ""
        needs_signature = task.order.verb not in ROUTINE
        self.store.queue.put(self.host, client, task, time.time(), signed=needs_signature)

    def events(self, task: str, after: int) -> tuple[tuple[int, Event], ...]:
        return self.store.queue.events(task, after)

    def told(self, task: str) -> int:
        return self.store.queue.told(task)

    def outcome(self, task: str) -> Outcome | None:
        return self.store.queue.outcome(task)

    def is_waiting(self, task: str) -> bool:
        return self.store.queue.get(task).state is QueueState.QUEUED

    def wants_signature(self, task: str) -> bool:
        return self.store.queue.get(task).state is QueueState.UNSIGNED

    def ask_for_signature(self, task: str) -> None:
        self.store.queue.ask_for_signature(task, time.time())

    def withdraw(self, task: str) -> bool:
        return self.store.queue.cancel(task, time.time())

    def forget(self, task: str) -> None:
        self.store.queue.forget_outcome(task, time.time())

    def is_alive(self) -> bool:
        last = self.store.reports.heartbeat(self.host)
        return colour_of(last, time.time()) is not HostColour.UNKNOWN


def colour_of(record: HeartbeatRecord | None, now: float) -> HostColour:
    """The colour of a host with this last heartbeat."""
    if record is None:
        return HostColour.UNKNOWN
    beat = record.heartbeat
    last = LastHeartbeat(
        record.received_at, record.sent_at, beat.looked_at, record.interval, beat.healthy
    )
    return colour(last, now)


def queue_host(store: Store, address: HostAddress) -> QueueHost:
    """The host of an address, reached through the tasks that its agent fetches."""
    return QueueHost(address, StoredMailbox(store, address.name))


def is_reached_by_queue(store: Store, address: HostAddress) -> bool:
    """True when the host's agent was enrolled and has not lost its access."""
    agent = store.agents.find(address.name)
    return agent is not None and agent.revoked_at is None
