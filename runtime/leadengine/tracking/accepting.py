"""From what a website sent to what is promised: the same events with our clock and our visitor."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from leadengine.tracking.envelope import Envelope, Event, occurred_at
from leadengine.tracking.queue import Accepted


def accepted(
    envelope: Envelope, events: Iterable[Event], visitor: str, context: Mapping[str, str]
) -> tuple[Accepted, ...]:
    """The events as the stream keeps them; without a visitor only numbers will be kept of them."""
    received = datetime.now(UTC)
    return tuple(
        Accepted(
            client=envelope.client,
            message_id=event.message_id,
            type=event.type,
            occurred_at=occurred_at(event, envelope, received),
            received_at=received,
            visitor=visitor,
            url=event.url,
            title=event.title,
            referrer=event.referrer,
            name=event.name,
            properties=event.properties,
            context=context,
        )
        for event in events
    )
