"""Events for tests."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from leadengine.tracking.queue import Accepted

CLIENT = "0123456789abcdef01234567"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def page(minutes: float = 0, visitor: str = "anna", url: str = "https://shop.test/") -> Accepted:
    """One page view, some minutes after noon."""
    moment = NOON + timedelta(minutes=minutes)
    return Accepted(CLIENT, uuid4(), "page", moment, moment, visitor, url, "Shop", "")


def body(**changes: object) -> bytes:
    """What the pixel sends for one page view, with changes to the event."""
    event = {
        "messageId": str(UUID(int=1)),
        "type": "page",
        "timestamp": NOON.isoformat(),
        "url": "https://shop.test/",
        **changes,
    }
    return envelope_of([event])


def envelope_of(events: object, **changes: object) -> bytes:
    """A request's body around events."""
    return json.dumps(
        {"client": CLIENT, "sentAt": NOON.isoformat(), "events": events, **changes}
    ).encode()
