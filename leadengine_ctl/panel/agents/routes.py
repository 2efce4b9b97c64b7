"""What agents ask of the panel: five routes, each a POST with an assertion of its own.

`agent_router(reception)` fits into any FastAPI app whose lifespan holds `reception.open()`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from leadengine_agent.protocol import Event, Outcome
from leadengine_agent.reports import Count, Report
from leadengine_agent.values import Frozen, OperationId
from leadengine_ctl.panel.agents.assertion import Assertion, NotTrustedError
from leadengine_ctl.panel.agents.reception import Reception, RefusedError, read_body, route_path

_LONGEST_WAIT = 55.0
_LARGEST_ANSWER = 4_000_000
_LARGEST_QUESTION = 20_000


class Enrolment(Frozen):
    """A host's first request. Whoever has the token may bring any key, once."""

    token: Annotated[str, StringConstraints(max_length=100)]
    host: Annotated[str, StringConstraints(max_length=253)]
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    version: Annotated[str, StringConstraints(max_length=64)]


class Rotation(Frozen):
    counter: Annotated[int, Field(ge=0, lt=2**31)]
    rotation: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Question(Frozen):
    """`holding`: the tasks that the agent has and has not answered; whatever else it was given is lost."""

    holding: Annotated[tuple[OperationId, ...], Field(max_length=100)] = ()
    wait: Annotated[float, Field(ge=0)] = 0.0


class Told(Frozen):
    number: Count
    event: Event


class Answers(Frozen):
    """What an agent tells of one task; the same again changes nothing."""

    events: Annotated[tuple[Told, ...], Field(max_length=2_000)] = ()
    outcome: Outcome | None = None


Handler = Callable[..., Awaitable[dict[str, Any]]]
Body = TypeVar("Body", bound=BaseModel)


def agent_router(reception: Reception) -> APIRouter:
    """The routes of agents."""
    routes = _Routes(reception)
    router = APIRouter(prefix="/agent/v1", tags=["agents"])
    for path, handler in (
        ("/enrol", routes.enrol),
        ("/report", routes.report),
        ("/rotate", routes.rotate),
        ("/tasks", routes.tasks),
        ("/tasks/{task}", routes.answers),
    ):
        router.add_api_route(path, _answered(handler), methods=["POST"])
    return router


class _Routes:
    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._store = reception.store

    async def enrol(self, request: Request) -> dict[str, Any]:
        """Take up a new agent: a token that admits one host once, and proof that it has the key."""
        address = request.client.host if request.client else ""
        if wait := self._reception.enrolments.spend(address):
            raise RefusedError(429, "quota", retry_after=wait)
        body = await read_body(request, _LARGEST_QUESTION)
        wanted, now = _parse(Enrolment, body), time.time()
        self._prove(request, wanted, body, now)
        enrol = self._store.agents.enrol
        words = (wanted.token, wanted.host, wanted.public_key, wanted.version, now)
        if not await asyncio.to_thread(enrol, *words):
            raise RefusedError(403, "locked", "the token is not good for this host")
        return {"counter": 1, "interval": self._reception.interval}

    def _prove(self, request: Request, wanted: Enrolment, body: bytes, now: float) -> None:
        try:
            assertion = Assertion(request.headers.get("authorization", ""))
            assertion.verify(wanted.public_key, self._reception.audience, now)
            assertion.belongs_to(request.method, route_path(request), body)
        except NotTrustedError as error:
            raise RefusedError(401, error.problem) from None
        if assertion.claims.sub != wanted.host:
            raise RefusedError(401, "audience")

    async def report(self, request: Request) -> dict[str, Any]:
        """Keep one report; what is acknowledged is on disk."""
        body = await read_body(request)
        claims = self._reception.identify(request, body)
        report = _parse(Report, body)
        await self._reception.take(claims, report)
        last = report.events[-1].seq if report.events else 0
        return {"acknowledged": last, "interval": self._reception.interval}

    async def rotate(self, request: Request) -> dict[str, Any]:
        """Count a credential on; one that was used from two places is locked."""
        body = await read_body(request, _LARGEST_QUESTION)
        claims = self._reception.identify(request, body)
        wanted = _parse(Rotation, body)
        host = await self._reception.take(claims, rotates=True)
        rotate, now = self._store.agents.rotate, time.time()
        counter = await asyncio.to_thread(rotate, host, wanted.counter, wanted.rotation, now)
        if counter is None:
            raise RefusedError(403, "locked", "this credential was used from two places")
        return {"counter": counter}

    async def tasks(self, request: Request) -> dict[str, Any]:
        """Hand out the oldest task that is ready; without one, wait a while for one."""
        body = await read_body(request, _LARGEST_QUESTION)
        claims = self._reception.identify(request, body)
        question = _parse(Question, body)
        host = await self._reception.take(claims)
        await asyncio.to_thread(self._take_back, host, question.holding)
        end = time.monotonic() + min(question.wait, _LONGEST_WAIT)
        while (found := await asyncio.to_thread(self._fetch, host)) is None:
            left = end - time.monotonic()
            if left <= 0 or self._reception.waiting.is_closed:
                return {"tasks": []}
            await self._reception.waiting.wait(host, left)
        return {"tasks": [found]}

    def _take_back(self, host: str, holding: tuple[str, ...]) -> None:
        for task in self._store.queue.fetched(host):
            if task not in holding:
                self._store.queue.deliver_again(host, task, time.time())

    def _fetch(self, host: str) -> dict[str, Any] | None:
        agent = self._store.agents.find(host)
        if agent is None or agent.revoked_at is not None:
            # Its access was taken while it waited here.
            raise RefusedError(403, "locked", "its access was taken")
        found = self._store.queue.fetch(host, time.time())
        if found is None:
            return None
        task, text, signature = found
        told = self._store.queue.told(task)
        return {"id": task, "task": text, "signature": signature, "told": told}

    async def answers(self, request: Request, task: str) -> dict[str, Any]:
        """Keep what an agent tells of a task of its own."""
        body = await read_body(request, _LARGEST_ANSWER)
        claims = self._reception.identify(request, body)
        answers = _parse(Answers, body)
        host = await self._reception.take(claims)
        events = tuple((each.number, each.event) for each in answers.events)
        keep, now = self._store.queue.answer, time.time()
        if not await asyncio.to_thread(keep, host, task, events, answers.outcome, now):
            # The same for a task of another host and for one that there is not.
            raise RefusedError(403, "not-yours")
        return {}


def _parse(kind: type[Body], body: bytes) -> Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RefusedError(422, "shape", place[:200]) from None


def _answered(handler: Handler) -> Callable[..., Awaitable[JSONResponse]]:
    """Every answer, good or bad, carries the panel's time: an agent's clock may be off."""

    @wraps(handler)
    async def answer(**words: Any) -> JSONResponse:
        try:
            said = await handler(**words)
        except RefusedError as error:
            return _refusal(error)
        return JSONResponse({"time": time.time(), **said})

    return answer


def _refusal(error: RefusedError) -> JSONResponse:
    said = {"time": time.time(), "problem": error.problem, "why": error.why}
    headers = {"Retry-After": str(int(error.retry_after) + 1)} if error.retry_after else None
    return JSONResponse(said, status_code=error.status, headers=headers)
