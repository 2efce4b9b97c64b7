"""Where agents are received: all that their routes need, opened and closed with the panel."""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import Request

from leadengine_agent.reports import LARGEST, Report
from leadengine_ctl.fleet.agent_records import Received, Verdict
from leadengine_ctl.fleet.intake import INTERVAL
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.panel.agents.assertion import Assertion, Claims, NotTrustedError
from leadengine_ctl.panel.agents.ingest import Ingest, OverloadedError
from leadengine_ctl.panel.agents.queue import WaitingRoom
from leadengine_ctl.panel.agents.quotas import Quota

log = logging.getLogger(__name__)

_MOST_KEYS = 100_000
_SWITCH = 0.0005
"""Seconds that a thread may keep the interpreter while another one waits for it. A signature is checked
without it; at the usual 5 ms, whoever has checked one waits so long for the thread that writes."""


class RefusedError(Exception):
    """A request that is not taken.

    Attributes:
        problem: for the agent's program, one word.
        retry_after: seconds; 0: coming again is of no use.
    """

    def __init__(self, status: int, problem: str, why: str = "", retry_after: float = 0.0) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.why = why
        self.retry_after = retry_after


@dataclass
class Reception:
    """The panel's side of every agent.

    Attributes:
        audience: the panel's own URL, as hosts were told it.
        interval: seconds between two reports of an agent.
        requests, events: what one agent may ask and bring; enrolments: what one address may try.
    """

    store: Store
    audience: str
    interval: float = INTERVAL
    requests: Quota = field(default_factory=lambda: Quota(rate=5, burst=60))
    events: Quota = field(default_factory=lambda: Quota(rate=2_000, burst=200_000))
    enrolments: Quota = field(default_factory=lambda: Quota(rate=0.5, burst=20))
    waiting: WaitingRoom = field(init=False)
    _ingest: Ingest = field(init=False)
    _keys: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = WaitingRoom(self.store.queue)
        self._ingest = Ingest(self.store.intake, self.interval)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Receive agents for as long as the panel lives."""
        sys.setswitchinterval(_SWITCH)
        # All at once: ten thousand that come back would each be looked up on their own.
        self._keys.update(await asyncio.to_thread(self.store.agents.keys, _MOST_KEYS))
        self._ingest.start()
        self.waiting.start()
        tidying = asyncio.create_task(self._tidy())
        try:
            yield
        finally:
            tidying.cancel()
            await self.waiting.stop()
            await asyncio.to_thread(self._ingest.stop)

    def identify(self, request: Request, body: bytes) -> Claims:
        """Who sends this; nothing of the body is looked at before.

        Raises:
            RefusedError: the sender is not to be trusted, or asks too often.
        """
        claims = self._trusted(request, body)
        self._within(self.requests.spend(claims.sub))
        return claims

    async def take(
        self, claims: Claims, report: Report | None = None, *, rotates: bool = False
    ) -> str:
        """Spend the assertion, keep the report, and return the host; then all of it is on disk.

        Args:
            rotates: True: an older count is for the rotation itself to judge.

        Raises:
            RefusedError: it was spent already, the sender has no access, or it is too much.
        """
        if report and report.events:
            self._within(self.events.spend(claims.sub, len(report.events)))
        received = Received(claims.sub, claims.jti, float(claims.exp), claims.ctr, report)
        try:
            verdict = await self._ingest.take(received)
        except OverloadedError:
            raise RefusedError(503, "busy", retry_after=5.0) from None
        if verdict is not Verdict.TAKEN and not (rotates and verdict is Verdict.ROTATE):
            raise _REFUSALS[verdict]()
        return claims.sub

    def _trusted(self, request: Request, body: bytes) -> Claims:
        try:
            assertion = Assertion(request.headers.get("authorization", ""))
            self._verify(assertion)
            assertion.belongs_to(request.method, route_path(request), body)
        except NotTrustedError as error:
            raise RefusedError(401, error.problem) from None
        return assertion.claims

    def _verify(self, assertion: Assertion) -> None:
        host, now = assertion.claims.sub, time.time()
        if host in self._keys:
            try:
                assertion.verify(self._keys[host], self.audience, now)
            except NotTrustedError as error:
                if error.problem != "signature":
                    raise
            else:
                return
        # Not seen yet, or enrolled anew with another key; a stranger gets the same answer as a liar.
        agent = self.store.agents.find(host)
        assertion.verify(agent.public_key if agent else "", self.audience, now)
        if len(self._keys) < _MOST_KEYS and agent:
            self._keys[host] = agent.public_key

    @staticmethod
    def _within(wait: float) -> None:
        if wait:
            raise RefusedError(429, "quota", retry_after=wait)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(600)
            for quota in (self.requests, self.events, self.enrolments):
                quota.forget_idle()
            try:
                await asyncio.to_thread(self.store.reports.thin, time.time())
            except Exception:
                # A database that is busy or away: the next time will do.
                log.exception("old health could not be merged")


_REFUSALS = {
    Verdict.REPLAYED: lambda: RefusedError(401, "replayed"),
    Verdict.UNKNOWN: lambda: RefusedError(401, "signature"),
    Verdict.LOCKED: lambda: RefusedError(403, "locked", "its access was taken"),
    Verdict.ROTATE: lambda: RefusedError(409, "rotate"),
}


def route_path(request: Request) -> str:
    """The path as the agent signed it: below whatever the panel is mounted at."""
    path: str = request.scope["path"]
    root: str = request.scope.get("root_path", "")
    return path.removeprefix(root)


SLOWEST = 60.0
"""Seconds that a body may take to arrive: on a bad network the rest of one never does, and nobody says so."""


async def read_body(request: Request, most: int = LARGEST, seconds: float = SLOWEST) -> bytes:
    """The request's body.

    Raises:
        RefusedError: it is longer than it may be, and no more than that was read; or it did not arrive.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, most)
    except TimeoutError:
        raise RefusedError(408, "too-slow") from None


async def _read(request: Request, most: int) -> bytes:
    pieces, length = [], 0
    async for piece in request.stream():
        length += len(piece)
        if length > most:
            raise RefusedError(413, "too-long")
        pieces.append(piece)
    return b"".join(pieces)
