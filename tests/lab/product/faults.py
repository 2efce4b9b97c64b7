"""Faults to order: what a release can have that looked good on the desk of who made it.

`LAB_FAULT` names one; `LAB_FAULT_AFTER` is the seconds until it shows, where it takes its time.
"""

import asyncio
import os
import random
import sys
import threading
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from leadengine.services import Services

Next = Callable[[Request], Awaitable[Response]]
Handler = Callable[[Request, Next], Awaitable[Response]]

_PROBES = ("/healthz", "/readyz", "/internal/")
_READY = ("/readyz", "/internal/readyz")
_STEP = 1_000_000
"""Bytes that leak at a time."""


def at_start(fault: str) -> None:
    """What goes wrong before anything is served, or by itself later."""
    if fault == "crash":
        sys.stderr.write("config: BRAND is upside down\n")
        sys.exit(3)
    if fault == "crash-later":
        _later(_die)
    if fault == "leak":
        _later(_leak)


def plant(app: FastAPI, fault: str) -> None:
    """What goes wrong while it serves."""
    if handler := _HANDLERS.get(fault):
        app.middleware("http")(handler)


def _later(action: Callable[[], None]) -> None:
    seconds = float(os.environ.get("LAB_FAULT_AFTER", "5"))
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()


def _die() -> None:
    sys.stderr.write("assertion failed: the cache is older than itself\n")
    sys.stderr.flush()
    os._exit(3)


def _leak() -> None:
    """Fill the container's memory evenly, within `LAB_FAULT_OVER` seconds."""
    pause = float(os.environ.get("LAB_FAULT_OVER", "5")) / (512_000_000 / _STEP)
    kept: list[bytes] = []
    while True:
        kept.append(b"x" * _STEP)
        time.sleep(pause)


async def _never_ready(request: Request, call_next: Next) -> Response:
    if request.url.path in _READY:
        return PlainTextResponse("database: the moon is not in the right phase\n", 503)
    return await call_next(request)


async def _five_percent(request: Request, call_next: Next) -> Response:
    if not request.url.path.startswith(_PROBES) and random.random() < 0.05:  # noqa: S311 - no secret
        return PlainTextResponse("planted\n", 500)
    return await call_next(request)


async def _slow(request: Request, call_next: Next) -> Response:
    """One answer in 14 takes half a second more: the slowest in a hundred, five times what they took."""
    if not request.url.path.startswith(_PROBES) and random.random() < 0.07:  # noqa: S311 - no secret
        await asyncio.sleep(0.5)
    return await call_next(request)


async def _other_schema(request: Request, call_next: Next) -> Response:
    """Code that was written for a table as it will be in a later release."""
    if not request.url.path.startswith(_PROBES):
        services: Services = request.app.state.services
        async with services.database.connection() as connection:
            await connection.execute("SELECT colour_of_money FROM tenants LIMIT 1")
    return await call_next(request)


_HANDLERS: dict[str, Handler] = {
    "never-ready": _never_ready,
    "five-percent": _five_percent,
    "slow": _slow,
    "other-schema": _other_schema,
}
