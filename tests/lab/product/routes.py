"""Requests that take long: what an update must not cut."""

import asyncio
import os
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

from leadengine.services import Services, ServicesOf
from leadengine.serving.lifecycle import DRAINING

router = APIRouter(prefix="/lab")

SLOW_SECONDS = 20.0
_ROUNDS = 600


@router.get("/release")
async def release() -> PlainTextResponse:
    """Which of the lab's releases answers."""
    return PlainTextResponse(os.environ.get("LAB_RELEASE", ""))


@router.get("/slow")
async def slow() -> PlainTextResponse:
    """An answer that takes 20 s, as a long conversation with a model does."""
    await asyncio.sleep(SLOW_SECONDS)
    return PlainTextResponse("done\n")


@router.post("/upload")
async def upload(request: Request) -> PlainTextResponse:
    """Take a body in, and say how many bytes it had."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return PlainTextResponse(f"{size}\n")


@router.get("/stream")
async def stream(services: ServicesOf) -> StreamingResponse:
    """An event a second, as a page that stays open gets them."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(services), media_type="text/event-stream", headers=headers)


async def _events(services: Services) -> AsyncIterator[bytes]:
    with services.lifecycle.stream():
        yield b"retry: 1000\n\n"
        for number in range(_ROUNDS):
            yield f"data: {number}\n\n".encode()
            if not await services.lifecycle.pause(1.0):
                yield DRAINING
                return
