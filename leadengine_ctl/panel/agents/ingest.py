"""Requests of agents on their way into the store: many in one transaction, each answered when it is safe.

While one transaction is written the next requests gather, and the first of them waits a moment for others:
what costs is the transaction, not the row. Under load one takes hundreds.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from leadengine_ctl.fleet.agent_records import Received, Verdict
from leadengine_ctl.fleet.intake import Intake

_MOST = 300
_GATHER = 0.005
"""Seconds that the first request of a transaction waits for others."""

_SWEEP_EVERY = 300.0


class OverloadedError(Exception):
    """More waits than can be written in reasonable time: the agent keeps it and comes again."""


@dataclass(frozen=True)
class _Waiting:
    request: Received
    answer: "asyncio.Future[Verdict]"


class Ingest:
    """Takes requests in; use it between `start` and `stop`."""

    def __init__(self, intake: Intake, interval: float, most_waiting: int = 5_000) -> None:
        self._intake = intake
        self._interval = interval
        self._most_waiting = most_waiting
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._swept = time.monotonic()

    def start(self) -> None:
        self._writer = threading.Thread(target=self._write, name="ingest", daemon=True)
        self._writer.start()

    def stop(self) -> None:
        """Write what was taken in, then end."""
        self._queue.put(None)
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    async def take(self, request: Received) -> Verdict:
        """Have one request judged, and kept if it is good; returns when it is on disk.

        Raises:
            OverloadedError: too many wait.
        """
        if self._queue.qsize() >= self._most_waiting:
            raise OverloadedError
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(request, answer))
        return await answer

    def _write(self) -> None:
        while (batch := self._batch()) is not None:
            try:
                verdicts = self._intake.take(
                    [each.request for each in batch], time.time(), self._interval
                )
            except Exception as error:  # noqa: BLE001 - the boundary: one batch fails, not the writer
                _tell(batch, [error] * len(batch))
            else:
                _tell(batch, verdicts)
            self._sweep()

    def _batch(self) -> list[_Waiting] | None:
        """What waits now, at least one; None at the end."""
        batch: list[_Waiting] = []
        while len(batch) < _MOST:
            try:
                each = self._queue.get(block=not batch)
            except queue.Empty:
                break
            if each is not None and not batch:
                time.sleep(_GATHER)
            if each is None:
                # What was taken in before the end is written; the end is seen again after it.
                if not batch:
                    return None
                self._queue.put(None)
                break
            batch.append(each)
        return batch

    def _sweep(self) -> None:
        if time.monotonic() - self._swept > _SWEEP_EVERY:
            self._swept = time.monotonic()
            self._intake.sweep(time.time())


def _tell(batch: Sequence[_Waiting], answers: Sequence[Verdict | Exception]) -> None:
    """Hand the answers over to the loop, in one go."""
    loop = batch[0].answer.get_loop()

    def settle() -> None:
        for each, answer in zip(batch, answers, strict=True):
            # Whoever asked may have gone.
            if each.answer.done():
                continue
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
