"""Visitors who listen: server-sent events, reopened as a browser does it."""

import asyncio
import time

from tests.lab.load.records import Record, Recorder
from tests.lab.load.wire import BrokenError, Connection, Request, Target

STREAM_PATH = "/lab/stream"
REOPEN_AFTER = 1.0
"""Seconds a browser waits after a stream ended; the page asks for it with `retry: 1000`."""

SILENCE = 10.0
"""Seconds without an event after which a stream counts as broken: one comes every second."""


async def listen(target: Target, recorder: Recorder) -> None:
    """Keep one stream open until cancelled, a record for each of its lives.

    A life begins when the one before ended: how long visitors heard nothing is `answered - scheduled`.
    """
    scheduled = time.time()
    while True:
        life = _Life(target, scheduled)
        try:
            await life.last()
        finally:
            recorder.keep(life.record())
        scheduled = time.time()
        await asyncio.sleep(REOPEN_AFTER)


class _Life:
    """One stream from its request to its end."""

    def __init__(self, target: Target, scheduled: float) -> None:
        self._target = target
        self._scheduled = scheduled
        self._started = time.time()
        self._answered: float | None = None
        self._status = 0
        self._error = ""

    async def last(self) -> None:
        try:
            await self._hear()
        except asyncio.CancelledError:
            # The run is over while it was heard, or still asked for: neither is the server's fault.
            self._status = self._status or 299
            raise
        except (BrokenError, OSError, TimeoutError) as failure:
            self._error = f"{type(failure).__name__}: {failure}"

    async def _hear(self) -> None:
        async with asyncio.timeout(SILENCE) as silence:
            connection = await Connection.open(self._target)
            try:
                self._status = await connection.begin(Request("GET", STREAM_PATH))
                async for _ in connection.body():
                    self._answered = self._answered or time.time()
                    silence.reschedule(asyncio.get_running_loop().time() + SILENCE)
            finally:
                connection.close()

    def record(self) -> Record:
        return Record(
            "stream", self._scheduled, self._started, self._answered, time.time(),
            self._status, self._error,
        )  # fmt: skip
