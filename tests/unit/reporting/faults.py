"""A panel that errs: what a test orders happens to requests before or after they are taken."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass
class Faults:
    """Which part of the requests meets which fault; they are drawn from a seed of the test's own.

    Attributes:
        refuse: answered 500 before anything was looked at.
        lose: taken, and the answer never arrives.
        seconds: how long each request takes more.
        happened: how often each fault did.
    """

    refuse: float = 0.0
    lose: float = 0.0
    seconds: float = 0.0
    happened: dict[str, int] = field(default_factory=lambda: {"refuse": 0, "lose": 0})
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def __call__(self, app: FastAPI) -> None:
        app.add_middleware(_Spoiled, faults=self)

    def draw(self) -> str:
        drawn = self.dice.random()
        if drawn < self.refuse:
            return "refuse"
        return "lose" if drawn < self.refuse + self.lose else ""


class _Spoiled:
    def __init__(self, app: Asgi, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(self._faults.seconds)
        fault = self._faults.draw()
        if not fault:
            await self._app(scope, receive, send)
            return
        self._faults.happened[fault] += 1
        if fault == "lose":

            async def nowhere(_message: Message) -> None:
                return

            await self._app(scope, receive, nowhere)
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})
