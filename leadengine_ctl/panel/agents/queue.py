"""Agents that wait for a task: thousands of open questions cost one look at the store for all."""

import asyncio
import contextlib

from leadengine_ctl.fleet.queue import TaskQueue

_LOOK_EVERY = 0.5


class WaitingRoom:
    """Wakes whoever waits as soon as something lies ready for him, whichever process put it there."""

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue
        self._waiting: dict[str, asyncio.Event] = {}
        self._watcher: asyncio.Task[None] | None = None
        self.is_closed = False

    def start(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Send everybody home."""
        self.is_closed = True
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        for event in self._waiting.values():
            event.set()

    async def wait(self, host: str, seconds: float) -> None:
        """Return when something may lie ready for the host, at the latest after so many seconds."""
        event = self._waiting.setdefault(host, asyncio.Event())
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        except asyncio.CancelledError:
            # The server ends and will not wait for whoever waits here: he gets an answer, and comes again.
            self.is_closed = True
        finally:
            # A second question of the same host may wait under a newer event.
            if self._waiting.get(host) is event:
                del self._waiting[host]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if not self._waiting:
                continue
            for host in await asyncio.to_thread(self._queue.hosts_waited_for):
                if host in self._waiting:
                    self._waiting[host].set()
