"""The gate: nothing behind it runs before the table has said yes. Deny by default.

It stands in front of routing, so that no mount, no odd spelling of a path and no forgotten decorator gets
past it. It knows the row of the table, the person, what the route is about, and whether a form is ours.
"""

import logging

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.panel.desk import IDLE, LONGEST, Desk
from leadengine_ctl.panel.door import cookies, forms, paths
from leadengine_ctl.panel.door.answers import (
    Denied,
    answer_denied,
    not_allowed,
    not_found,
    not_signed_in,
    too_fast,
)
from leadengine_ctl.panel.door.reach import is_within
from leadengine_ctl.panel.door.rules import Rule
from leadengine_ctl.panel.door.throttle import Pace
from leadengine_ctl.panel.door.visitor import Visitor

log = logging.getLogger(__name__)

ROTATE = 3600.0
"""Seconds after which a session gets a new token."""

_SAFE = ("GET", "HEAD")


class Gate:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        try:
            rule = await self._admit(request)
            if not rule.machine and request.method not in _SAFE:
                receive = await self._read(request, receive)
        except Denied as denied:
            await answer_denied(request, denied)(scope, receive, send)
            return
        await self._app(scope, receive, self._rotating(scope, send))

    async def _admit(self, request: Request) -> Rule:
        """Who it is, and that they may; the rule that says so.

        Raises:
            Denied: with the answer.
        """
        found = paths.find(request.method, request.scope["path"])
        rule = found.rule if found else None
        if rule is not None and (rule.machine or rule.role is None):
            self._keep_pace(self._desk.strangers, request, rule)
            return rule
        visitor = await run_in_threadpool(self._visitor, request)
        if visitor is None:
            self._keep_pace(self._desk.strangers, request, rule)
            raise not_signed_in(request)
        self._keep_pace(self._desk.pace, request, rule, visitor.person.id)
        request.state.visitor = visitor
        if found is None:
            raise not_found(request)
        await run_in_threadpool(self._check, request, visitor, found.rule, found.params)
        return found.rule

    def _keep_pace(self, pace: Pace, request: Request, rule: Rule | None, key: str = "") -> None:
        """Let nobody ask faster than a person does; agents have a pace of their own."""
        if rule is not None and (rule.machine or request.scope["path"].startswith("/static/")):
            return
        source = request.client.host if request.client else ""
        wait = pace.wait(key or source)
        if wait:
            raise too_fast(wait)

    def _visitor(self, request: Request) -> Visitor | None:
        """The person behind a session or a token; a token is preferred, for whoever sends it means it."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._bearer(token.strip())
        given = cookies.session_token(request)
        session = self._desk.world.store.sessions.find(given, IDLE, LONGEST) if given else None
        if session is None:
            return None
        return Visitor(session.person, session.person.role, session=session)

    def _bearer(self, token: str) -> Visitor | None:
        tokens = self._desk.world.store.tokens
        found = tokens.find(token)
        if found is None:
            return None
        record, person = found
        tokens.note_use(record.id)
        lesser = min(record.role, person.role, key=lambda role: role.rank)
        return Visitor(person, lesser, token=record)

    def _check(
        self, request: Request, visitor: Visitor, rule: Rule, params: dict[str, str]
    ) -> None:
        if visitor.session and not visitor.session.proven and not rule.half:
            raise not_signed_in(request, half=True)
        if visitor.token and not request.scope["path"].startswith(("/api/", "/metrics")):
            raise not_allowed("Tokens are for the API", "Pages are for people who signed in.")
        if (
            visitor.session
            and request.scope["path"].startswith("/api/")
            and request.method not in _SAFE
        ):
            raise not_allowed("The API takes changes with a token only", "")
        if rule.role is not None and not visitor.role.covers(rule.role):
            raise not_allowed(
                f"This takes the role {rule.role}", f"{visitor.person.email} has {visitor.role}."
            )
        try:
            within = is_within(self._desk.world.store, visitor, rule.about, params)
        except LeadEngineError:
            within = False
        if not within:
            raise not_found(request)

    async def _read(self, request: Request, receive: Receive) -> Receive:
        """Read the body of a change, within bounds, and see that a form is one of ours."""
        body = await forms.read_body(receive)
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        if visitor is None or visitor.session is not None:
            forms.check(request, body, forms.anchor_of(request))
        return _replay(body, receive)

    def _rotating(self, scope: Scope, send: Send) -> Send:
        """Let an answer carry a new token, when the session has had its present one for long."""
        state = scope.get("state", {})
        visitor: Visitor | None = state.get("visitor")
        if visitor is None or visitor.session is None:
            return send
        session, sessions = visitor.session, self._desk.world.store.sessions

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not state.get("session_changed"):
                headers = message.setdefault("headers", [])
                if is_due(session.rotated_at):
                    token = await run_in_threadpool(sessions.rotate, session.digest)
                    headers.append((b"set-cookie", cookies.line(token).encode()))
                elif session.seen_at + 60 < forms.now():
                    await run_in_threadpool(sessions.touch, session.digest)
            await send(message)

        return answer


def is_due(rotated_at: float) -> bool:
    return rotated_at + ROTATE < forms.now()


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
