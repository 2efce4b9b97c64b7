"""Numbers in the text format of Prometheus, written by hand: there are few of them."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from redis.exceptions import RedisError

from leadengine.controlling import pausing
from leadengine.services import Services

_HELP = {
    "leadengine_requests_in_flight": "Ordinary requests being answered.",
    "leadengine_streams": "Open streams of news.",
    "leadengine_requests_held": "Requests that wait at the valve.",
    "leadengine_draining": "1 while the process stops.",
    "leadengine_events_pending": "Entries of the stream that wait to be written.",
    "leadengine_oldest_event_seconds": "Age of the oldest of them.",
    "leadengine_worker_heartbeat_seconds": "Since a worker last could work.",
    "leadengine_worker_paused_seconds": "How long the worker still rests.",
    "leadengine_events_dropped_today": "Events that were not kept, by reason.",
    "leadengine_up": "1 when Redis could be asked.",
}

Sample = tuple[str, str, float]


async def metrics(services: Services) -> str:
    """Everything this process knows; what Redis cannot say is left out, and `leadengine_up` is 0."""
    life = services.lifecycle
    samples: list[Sample] = [
        ("leadengine_requests_in_flight", "", life.in_flight),
        ("leadengine_streams", "", life.streams),
        ("leadengine_requests_held", "", life.held),
        ("leadengine_draining", "", float(life.draining)),
    ]
    try:
        samples += await _of_redis(services)
    except (RedisError, OSError):
        samples.append(("leadengine_up", "", 0))
    return as_text(samples)


async def _of_redis(services: Services) -> list[Sample]:
    backlog = await services.queue.backlog()
    beat = await services.queue.last_beat()
    drops = await services.drops.of(datetime.now(UTC).date())
    found: list[Sample] = [
        ("leadengine_up", "", 1),
        ("leadengine_events_pending", "", backlog.entries),
        ("leadengine_oldest_event_seconds", "", backlog.oldest_seconds or 0),
        ("leadengine_worker_paused_seconds", "", await pausing.seconds_left(services.redis)),
    ]
    if beat is not None:
        found.append(("leadengine_worker_heartbeat_seconds", "", round(time.time() - beat, 1)))
    labels = (f'{{reason="{reason}"}}' for reason in sorted(drops))
    counted = zip(labels, (drops[reason] for reason in sorted(drops)), strict=True)
    return [*found, *(("leadengine_events_dropped_today", label, n) for label, n in counted)]


def as_text(samples: Iterable[Sample]) -> str:
    """One line each, and a line of help before the first of a name."""
    lines: list[str] = []
    seen: set[str] = set()
    for name, labels, value in samples:
        if name not in seen:
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge"]
            seen.add(name)
        lines.append(f"{name}{labels} {value:g}")
    return "\n".join(lines) + "\n"
