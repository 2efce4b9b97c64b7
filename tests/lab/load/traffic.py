"""What visitors do: one coroutine for each kind of request."""

import asyncio
import heapq
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

from tests.lab.load.ledger import LedgerWriter
from tests.lab.load.records import Kind, Record, Recorder
from tests.lab.load.wire import BrokenError, Connection, Pool, Request, Target

PAGES = ("/sign-in", "/pixel.js", "/static/app.js")
SLOW_PATH = "/lab/slow"
UPLOAD_PATH = "/lab/upload"
UPLOAD = 1_000_000
"""Bytes: just below what nginx lets through where a path asks for no more."""

PATIENCE = 30.0
SLOW_PATIENCE = 60.0
SHORTEST_IDLE, LONGEST_IDLE = 0.1, 30.0

_FAILURES = (BrokenError, OSError, asyncio.IncompleteReadError, TimeoutError)
_PIECES = (bytes(100_000),) * (UPLOAD // 100_000)


class Visitors:
    """Makes requests and records what became of them; nothing is ever tried again."""

    def __init__(
        self, target: Target, client_id: str, recorder: Recorder, ledger: LedgerWriter
    ) -> None:
        self._target = target
        self._client_id = client_id
        self._recorder = recorder
        self._ledger = ledger
        self._pool = Pool(target)
        self._parked: list[tuple[float, int, Connection]] = []
        self._numbers = itertools.count()
        self._random = random.Random(7)  # noqa: S311 - the same traffic in every run
        self._kinds: dict[Kind, Callable[[], Awaitable[int]]] = {
            "page": self._page,
            "event": self._event,
            "fresh": self._fresh,
            "idle": self._idle,
            "slow": self._slow,
            "upload": self._upload,
        }

    async def visit(self, kind: Kind, scheduled: float) -> None:
        """Make one request and record it."""
        started = time.time()
        status, error = 0, ""
        patience = SLOW_PATIENCE if kind == "slow" else PATIENCE
        try:
            async with asyncio.timeout(patience):
                status = await self._kinds[kind]()
        except _FAILURES as failure:
            error = f"{type(failure).__name__}: {failure}"
        ended = time.time()
        answered = None if error else ended
        self._recorder.keep(Record(kind, scheduled, started, answered, ended, status, error))

    def close(self) -> None:
        """Leave."""
        self._pool.close()
        for _, _, connection in self._parked:
            connection.close()

    async def _page(self) -> int:
        return await self._pooled(Request("GET", self._random.choice(PAGES)))

    async def _event(self) -> int:
        message = str(uuid4())
        request = self._event_of(message)
        self._ledger.sent(message)
        status = await self._pooled(request)
        if status == 202:
            self._ledger.acknowledged(message)
        return status

    async def _slow(self) -> int:
        return await self._pooled(Request("GET", SLOW_PATH))

    async def _upload(self) -> int:
        return await self._pooled(Request("POST", UPLOAD_PATH, _PIECES, pause=0.2))

    async def _fresh(self) -> int:
        """A visitor who was never here before: a new connection, used once."""
        connection = await Connection.open(self._target)
        try:
            return await connection.ask(Request("GET", self._random.choice(PAGES)))
        finally:
            connection.close()

    async def _idle(self) -> int:
        """A visitor who comes back to a connection that was silent for a while."""
        connection = await self._returning()
        status = await _asked(connection, Request("GET", self._random.choice(PAGES)))
        silence = SHORTEST_IDLE * (LONGEST_IDLE / SHORTEST_IDLE) ** self._random.random()
        back = time.monotonic() + silence
        heapq.heappush(self._parked, (back, next(self._numbers), connection))
        return status

    async def _returning(self) -> Connection:
        while self._parked and self._parked[0][0] <= time.monotonic():
            _, _, connection = heapq.heappop(self._parked)
            if connection.usable:
                return connection
            connection.close()
        return await Connection.open(self._target)

    async def _pooled(self, request: Request) -> int:
        connection = await self._pool.take()
        status = await _asked(connection, request)
        self._pool.give_back(connection)
        return status

    def _event_of(self, message: str) -> Request:
        now = datetime.now(UTC).isoformat()
        page = {"type": "page", "timestamp": now, "url": "https://shop.test/a", "title": "Shop"}
        event = {**page, "messageId": message}
        body = json.dumps({"client": self._client_id, "sentAt": now, "events": [event]})
        agent = f"lab-visitor-{self._random.randrange(50)}"
        return Request("POST", "/v1/events", (body.encode(),), agent=agent)


async def _asked(connection: Connection, request: Request) -> int:
    try:
        return await connection.ask(request)
    except BaseException:
        connection.close()
        raise
