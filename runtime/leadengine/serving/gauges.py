"""Numbers for whoever decides whether an update may go on; the gateway never forwards them."""

import time

from fastapi import APIRouter
from redis.exceptions import RedisError

from leadengine.services import Services, ServicesOf

router = APIRouter()


@router.get("/internal/gauges")
async def gauges(services: ServicesOf) -> dict[str, object]:
    """What this process is busy with, and how far the worker is behind.

    `pending_events` is null when Redis cannot say; the two ages are null when there is nothing to
    measure: no event waits, or no worker has ever worked.
    """
    lifecycle = services.lifecycle
    return {
        "in_flight": lifecycle.in_flight,
        "streams": lifecycle.streams,
        "held": lifecycle.held,
        "holding": services.valve.look(),
        "draining": lifecycle.draining,
        **await _behind(services),
    }


async def _behind(services: Services) -> dict[str, object]:
    try:
        backlog = await services.queue.backlog()
        beat = await services.queue.last_beat()
    except RedisError:
        return dict.fromkeys(("pending_events", "oldest_event_seconds", "worker_heartbeat_seconds"))
    return {
        "pending_events": backlog.entries,
        "oldest_event_seconds": backlog.oldest_seconds,
        "worker_heartbeat_seconds": None if beat is None else round(time.time() - beat, 1),
    }
