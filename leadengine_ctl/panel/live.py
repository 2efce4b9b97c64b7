"""Server-sent events: the page is told that there is news, and fetches it by the same rules as always."""

import time
from collections.abc import AsyncIterator, Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

_EVERY = 1.0
_LONGEST = 55.0
"""Seconds of a stream: the browser comes back by itself, and is looked at anew by the gate."""


def stream(state: Callable[[], tuple[object, bool]]) -> StreamingResponse:
    """Send `news` whenever what `state` gives differs, and `end` when it says that no more will come."""
    return StreamingResponse(
        _events(state), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _events(state: Callable[[], tuple[object, bool]]) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    end = time.monotonic() + _LONGEST
    seen, first = None, True
    while time.monotonic() < end:
        now, over = await run_in_threadpool(state)
        if now != seen:
            if not first or over:
                yield f"event: {'end' if over else 'news'}\ndata: {{}}\n\n"
            seen, first = now, False
        elif not over:
            yield ": still here\n\n"
        if over:
            return
        await anyio.sleep(_EVERY)
