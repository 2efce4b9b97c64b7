"""The server's end: told to stop, it says so, finishes what it began, and only then goes."""

import time
from types import FrameType

import uvicorn

from leadengine.serving.lifecycle import Lifecycle

# What was on its way when the gateway turned to the successor still finds somebody here.
_STILL_LISTENING_SECONDS = 2.0
FINISH_SECONDS = 55
"""How long requests under way may take; the container's grace period has to be longer."""


class DrainingServer(uvicorn.Server):
    """uvicorn's server with a beginning of the end: streams end, `/readyz` fails, others go on."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._told_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Be told to stop; told twice, stop at once."""
        if self._told_at is not None:
            super().handle_exit(sig, frame)
        self._told_at = self._told_at or time.monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: True when it is time to close the door."""
        if self._told_at is None:
            return await super().on_tick(counter)
        self._lifecycle.drain()
        waited = time.monotonic() - self._told_at
        return await super().on_tick(counter) or waited >= _STILL_LISTENING_SECONDS
