"""What a client that does not pay is still given; its data stays in any case.

Read-only: people may look, sign in, hand data out and erase it, and nothing else is changed by them; the
website goes on sending visits, leads and questions, and gets its answers. Suspended: nobody is let in, and
nothing is taken.
"""

import asyncio
import math
import time

import psycopg
import psycopg_pool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from leadengine.services import Services
from leadengine.tenants.hosting import Client, find

_LOOKING = frozenset(("GET", "HEAD", "OPTIONS"))
_STILL_TAKEN = frozenset(
    ("v1", "sign-in", "sign-out", "set-password", "embed", "complaints", "internal")
)
"""What visitors send, and the doors."""
_RIGHTS = "settings/requests"
"""A person's data is handed out or erased when they ask for it: the law does not wait for a bill."""
_OF_THE_STACK = frozenset(("healthz", "readyz", "metrics", "internal", ".well-known", "static"))


_FRESH_SECONDS = 2.0
_STALE_SECONDS = 10.0
_PATIENCE_SECONDS = 0.5


class Restraint:
    """Middleware of a stack of one client."""

    def __init__(self, app: ASGIApp, *, services: Services) -> None:
        self._app = app
        self._known = Known(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix("/")
        if scope["type"] != "http" or first_of(path) in _OF_THE_STACK:
            await self._app(scope, receive, send)
            return
        client = await self._known.look()
        if client is None:
            await self._app(scope, receive, send)
            return
        refused = suspended(path) if client.suspended else None
        if client.read_only and refused is None:
            refused = refuse_change(scope["method"], path)
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._app({**scope, "leadengine.read_only": client.read_only}, receive, send)


class Known:
    """The stack's client as it was some seconds ago, read beside the requests.

    Visits are taken without a database, so none waits for it: while it is silent the last answer holds, and
    without any the client is let in.
    """

    def __init__(self, services: Services) -> None:
        self._database = services.database
        self._client_id = services.settings.client_id
        self._client: Client | None = None
        self._read_at = self._tried_at = -math.inf
        self._reading: asyncio.Task[None] | None = None

    async def look(self) -> Client | None:
        """Who it is; None: nobody knows."""
        now = time.monotonic()
        if now - max(self._read_at, self._tried_at) > _FRESH_SECONDS and self._reading is None:
            self._reading = asyncio.create_task(self._read())
            if now - self._read_at > _STALE_SECONDS:
                await asyncio.wait((self._reading,), timeout=_PATIENCE_SECONDS)
        return self._client

    async def _read(self) -> None:
        try:
            self._client = await find(self._database, self._client_id)
            self._read_at = time.monotonic()
        except (psycopg.Error, psycopg_pool.PoolTimeout):
            self._tried_at = time.monotonic()
        finally:
            self._reading = None


def refuse_change(method: str, path: str) -> Response | None:
    """The answer to what a client that is read-only may not do; None: it may.

    Args:
        path: below the client's name, without a slash in front.
    """
    if method in _LOOKING or first_of(path) in _STILL_TAKEN:
        return None
    if path == _RIGHTS or path.startswith(f"{_RIGHTS}/"):
        return None
    return say(
        403,
        "This account is read-only, because a bill is not paid. Nothing was changed, and nothing is lost.",
    )


def suspended(path: str) -> Response:
    """Scripts are there and do nothing: no website shows an error for it."""
    if first_of(path).endswith(".js"):
        return Response("", media_type="application/javascript")
    return say(403, "This account is suspended. Its data is kept; ask who runs it for you.")


def say(status: int, sentence: str) -> Response:
    """One sentence, for any website's browser."""
    return PlainTextResponse(f"{sentence}\n", status, {"Access-Control-Allow-Origin": "*"})


def first_of(path: str) -> str:
    """The first part of a path that has no slash in front."""
    return path.partition("/")[0]
