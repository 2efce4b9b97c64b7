"""What a process is busy with, and whether it has been told to stop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

DRAINING = b"event: draining\ndata: {}\n\n"
"""The last server-sent event of a process that stops; browsers come back to its successor."""


class Lifecycle:
    """Counts of one process; nothing is shared with others.

    Attributes:
        in_flight: ordinary requests being answered.
        streams: answers without an end of their own, as server-sent events.
        held: requests that wait at the valve.
    """

    def __init__(self) -> None:
        self.in_flight = self.streams = self.held = 0
        self._draining = asyncio.Event()

    @property
    def draining(self) -> bool:
        """True once the process has been told to stop."""
        return self._draining.is_set()

    def drain(self) -> None:
        """Be told to stop: streams end, what is in flight is finished."""
        self._draining.set()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one ordinary request."""
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count the request at hand as a stream: nobody waits for its end."""
        self.in_flight, self.streams = self.in_flight - 1, self.streams + 1
        try:
            yield
        finally:
            self.in_flight, self.streams = self.in_flight + 1, self.streams - 1

    async def pause(self, seconds: float) -> bool:
        """Wait between two parts of a stream; False, at once, when the process has to stop."""
        try:
            await asyncio.wait_for(self._draining.wait(), seconds)
        except TimeoutError:
            return True
        return False
