"""The door of a stack that clients share: it finds out whose a request is, and keeps each in bounds.

One client's flood must not be felt by another: each has a number of requests a second and a number at
once. What is beyond is told to come back, before anything is done for it.
"""

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass, field

import psycopg
import psycopg_pool
from redis.exceptions import RedisError
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadengine.services import Services
from leadengine.serving.restraint import first_of, refuse_change, say, suspended
from leadengine.tenants.hosting import ACTIVE, Client, Directory
from leadengine.tenants.residing import services_of

AT_ONCE = 12
"""Requests of one client under way; a stream of news counts while it is begun alone."""

_MARK_SECONDS = 5.0
_WEBSITES = frozenset(("pixel.js", "consent.js", "chat.js", "chat.json", "v1"))
"""What a website asks for, under its client ID."""
_LASTING = frozenset(("live",))
_OF_THE_STACK = frozenset(("healthz", "readyz", "metrics", "internal", ".well-known"))
"""What is nobody's below a client's name."""


@dataclass
class Bucket:
    """Allows so many requests a second, and so many at once after a pause."""

    per_second: float
    burst: float
    tokens: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, now: float) -> bool:
        """Count a request; False when it is one too many."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class _Resident:
    """A client that this process serves. Its visitors and its people are counted apart."""

    client: Client
    services: Services
    # An event costs a fraction of a page.
    visitors: Bucket = field(default_factory=lambda: Bucket(50, 60))
    people: Bucket = field(default_factory=lambda: Bucket(10, 40))
    running: int = 0
    marked: float = 0.0

    def may_enter(self, now: float, *, from_website: bool) -> bool:
        """Count a request; False when it is one too many."""
        bucket = self.visitors if from_website else self.people
        return self.running < AT_ONCE and bucket.take(now)


class Sharing:
    """Middleware of a shared stack. What names no client is the stack's own.

    Args:
        own: the first parts of the stack's own paths; no client can be called so.
    """

    def __init__(self, app: ASGIApp, *, services: Services, own: Collection[str]) -> None:
        self._app = app
        self._services = services
        self._own = own
        self._directory = Directory(services.database)
        self._residents: dict[str, _Resident] = {}
        self._helpers: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first, _, rest = scope.get("path", "").removeprefix("/").partition("/")
        if scope["type"] != "http" or not first or first in self._own:
            await self._app(scope, receive, send)
            return
        try:
            client = await self._directory.find(first)
        except (psycopg.Error, psycopg_pool.PoolTimeout):
            await say(503, "The service is starting or being repaired.")(scope, receive, send)
            return
        if client is None or not _is_theirs(client, first, first_of(rest)):
            await say(404, "There is nothing here.")(scope, receive, send)
            return
        if client.suspended:
            await suspended(rest)(scope, receive, send)
            return
        if client.read_only and (refused := refuse_change(scope["method"], rest)):
            await refused(scope, receive, send)
            return
        await self._enter(self._resident(client), (first, rest), (scope, receive, send))

    async def _enter(
        self, resident: _Resident, path: tuple[str, str], call: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = call
        now = time.monotonic()
        if not resident.may_enter(now, from_website=first_of(path[1]) in _WEBSITES):
            busy = say(429, "Too many requests at once. Try again in a moment.")
            busy.headers["Retry-After"] = "1"
            await busy(scope, receive, send)
            return
        await self._mark(resident, now)
        below = f"/{path[0]}"
        inside = {**scope, "root_path": below, "path": f"{below}/{path[1]}"}
        inside["leadengine.services"] = resident.services
        inside["leadengine.read_only"] = resident.client.read_only
        lasting = first_of(path[1]) in _LASTING
        resident.running += not lasting
        try:
            await self._app(inside, receive, _leading_below(below, send))
        finally:
            resident.running -= not lasting

    def _resident(self, client: Client) -> _Resident:
        known = self._residents.get(client.client_id)
        if known is None or known.client != client:
            services = services_of(self._services, client)
            known = _Resident(client, services)
            self._residents[client.client_id] = known
            self._look_after(services)
        return known

    def _look_after(self, services: Services) -> None:
        if services.finder.knows_somebody:
            task = asyncio.create_task(services.finder.work())
            self._helpers.add(task)
            task.add_done_callback(self._helpers.discard)

    async def _mark(self, resident: _Resident, now: float) -> None:
        """Let the worker know that there may be something to do; without Redis it finds out later."""
        await resident.services.preferences.follow_up()
        if now - resident.marked < _MARK_SECONDS:
            return
        resident.marked = now
        try:
            await self._services.redis.zadd(ACTIVE, {resident.client.client_id: time.time()})
        except (RedisError, OSError):
            resident.marked = 0.0


def _is_theirs(client: Client, name: str, wanted: str) -> bool:
    """Whether there is something under the name that was used: a website needs a few paths alone."""
    if name == client.client_id:
        return wanted in _WEBSITES
    return wanted not in _OF_THE_STACK


def _leading_below(below: str, send: Send) -> Send:
    """Let redirects to our own paths lead below the client's name."""

    async def moved(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            location = headers.get("location", "")
            if location.startswith("/") and not location.startswith(("//", f"{below}/")):
                headers["location"] = below + location
        await send(message)

    return moved
