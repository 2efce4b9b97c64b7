"""Events of an api whose clock is wrong get the moment at which the queue took them.

Redis names each entry by its own clock, which is the database's wherever these two are on one machine. Left
as they came, events of a year ago would be deleted in the night, and those of next year kept for too long.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leadengine.tracking.queue import Accepted, Entry, decode

_APART = timedelta(minutes=5)
"""Less than this is no wrong clock: an entry may have waited for Redis."""


def by_the_queue(entry: Entry) -> tuple[Accepted, ...]:
    """The events of an entry, moved by what the two clocks are apart when that is much."""
    taken = datetime.fromtimestamp(entry.taken_ms / 1000, UTC)
    events = decode(entry.payload)
    return tuple(_moved(event, taken - event.received_at) for event in events)


def _moved(event: Accepted, off: timedelta) -> Accepted:
    if abs(off) <= _APART:
        return event
    return replace(event, received_at=event.received_at + off, occurred_at=event.occurred_at + off)
