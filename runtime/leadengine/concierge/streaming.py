"""An answer on its way to a browser: with a pulse, and kept for a while in case the line breaks."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadengine.concierge.events import HEARTBEAT, Event

log = logging.getLogger(__name__)

_PULSE_SECONDS = 15.0
_KEPT_SECONDS = 300
_GRACE_SECONDS = 15.0
_ENDS = ("done", "error")
SORRY = "That did not work. Please try again in a moment."


class Broadcast:
    """Answers under way in this process; their events are in Redis for whoever comes back."""

    def __init__(self, redis: Redis, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys
        self._tasks: set[asyncio.Task[None]] = set()

    async def stream(
        self, meta: dict[str, object], events: AsyncIterator[Event]
    ) -> AsyncIterator[bytes]:
        """Pass events on; when nobody listens any more, the answer gets a little time to end."""
        answer = uuid4()
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        task = asyncio.create_task(self._produce(answer, meta, events, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while not (task.done() and queue.empty()):
                waiting = asyncio.create_task(queue.get())
                await asyncio.wait(
                    (waiting, task), timeout=_PULSE_SECONDS, return_when="FIRST_COMPLETED"
                )
                if waiting.done():
                    yield waiting.result()
                    continue
                waiting.cancel()
                if not task.done():
                    yield HEARTBEAT
        finally:
            if not task.done():
                asyncio.get_running_loop().call_later(_GRACE_SECONDS, task.cancel)

    async def rest(self, answer: UUID, after: int) -> AsyncIterator[bytes]:
        """What an answer said after event `after`, and what it still says."""
        quiet = 0.0
        while quiet < _PULSE_SECONDS:
            kept = await self._redis.lrange(self._key(answer), after, -1)
            for raw in kept:
                event = json.loads(raw)
                after += 1
                yield Event(event["kind"], event["data"]).encoded(after)
                if event["kind"] in _ENDS:
                    return
            quiet = 0.0 if kept else quiet + 0.3
            await asyncio.sleep(0.3)
        yield Event("error", {"text": SORRY}).encoded(after + 1)

    async def _produce(
        self,
        answer: UUID,
        meta: dict[str, object],
        events: AsyncIterator[Event],
        queue: "asyncio.Queue[bytes]",
    ) -> None:
        number = 0

        async def send(event: Event) -> None:
            nonlocal number
            number += 1
            await self._remember(answer, event)
            queue.put_nowait(event.encoded(number))

        await send(Event("meta", {**meta, "answer": str(answer), "ai": True}))
        try:
            async for event in events:
                await send(event)
        except Exception:
            # Whatever fails, a visitor is told in one sentence; the reason is in the log.
            log.exception("an answer failed")
            await send(Event("error", {"text": SORRY}))

    async def _remember(self, answer: UUID, event: Event) -> None:
        with contextlib.suppress(RedisError):
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.rpush(
                    self._key(answer), json.dumps({"kind": event.kind, "data": dict(event.data)})
                )
                pipeline.expire(self._key(answer), _KEPT_SECONDS)
                await pipeline.execute()

    def _key(self, answer: UUID) -> str:
        return f"{self._keys}answer:{answer}"
