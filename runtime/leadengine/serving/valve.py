"""The pause valve: while a file exists, new requests wait instead of meeting a data service at rest.

The file is made and removed from outside, by whoever changes the data service.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from leadengine.serving.lifecycle import Lifecycle

HOLD = Path("/run/leadengine/hold")
LONGEST_SECONDS = 30.0

_LOOK_AGAIN_SECONDS = 0.05
_PROBES = ("/healthz", "/readyz", "/metrics", "/internal/")


class Valve:
    """Whether new requests may enter; the file is looked at every 50 ms at most."""

    def __init__(self, hold: Path = HOLD, now: Callable[[], float] = time.monotonic) -> None:
        self._hold = hold
        self._now = now
        self._looked_at = -_LOOK_AGAIN_SECONDS
        self._closed = False

    def look(self) -> bool:
        """True while the file exists; asks the file system now."""
        self._looked_at = self._now()
        self._closed = self._hold.exists()
        return self._closed

    def closed(self) -> bool:
        """True while the file exists, as of 50 ms ago."""
        fresh = self._now() - self._looked_at < _LOOK_AGAIN_SECONDS
        return self._closed if fresh else self.look()

    async def opened(self, longest: float = LONGEST_SECONDS) -> bool:
        """Wait until requests may enter; False when that takes longer than `longest` seconds."""
        until = self._now() + longest
        while self.closed():
            if self._now() >= until:
                return False
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return True


class Admission:
    """Middleware that counts requests and lets new ones wait at the valve; probes pass."""

    def __init__(self, app: ASGIApp, *, lifecycle: Lifecycle, valve: Valve) -> None:
        self._app = app
        self._lifecycle = lifecycle
        self._valve = valve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_PROBES):
            await self._app(scope, receive, send)
        elif not self._valve.closed() or await self._waited():
            with self._lifecycle.request():
                await self._app(scope, receive, send)
        else:
            text = "The service is being updated. Try again in a moment.\n"
            await PlainTextResponse(text, 503, {"Retry-After": "5"})(scope, receive, send)

    async def _waited(self) -> bool:
        self._lifecycle.held += 1
        try:
            return await self._valve.opened()
        finally:
            self._lifecycle.held -= 1
