"""The panel's application: the gate in front, a router for each feature behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response

from leadengine_ctl.errors import (
    LeadEngineError,
    LockedError,
    NotAllowedError,
    NotFoundError,
    UsageError,
)
from leadengine_ctl.panel import features
from leadengine_ctl.panel.agents.reception import Reception
from leadengine_ctl.panel.agents.routes import agent_router
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.answers import is_program
from leadengine_ctl.panel.door.gate import Gate
from leadengine_ctl.panel.door.rules import RULES
from leadengine_ctl.panel.headers import SecurityHeaders
from leadengine_ctl.panel.pages import STATIC, error_page

_STATUS: tuple[tuple[type[LeadEngineError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (LockedError, HTTPStatus.CONFLICT),
    (NotAllowedError, HTTPStatus.CONFLICT),
)
"""What a request met that is nobody's mistake in the panel: the state of the world forbids it."""


def create_app(desk: Desk) -> FastAPI:
    """The application; it receives agents from its start to its end.

    Raises:
        LookupError: a route has no row in the table of rules, or a row no route.
    """
    reception = Reception(desk.world.store, desk.url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with reception.open():
            yield

    app = FastAPI(
        title="LeadEngine Control",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.desk = desk
    for router in (*features.routers(), agent_router(reception)):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    check_table(app)
    _answer_errors(app)
    app.add_middleware(Gate, desk=desk)
    app.add_middleware(SecurityHeaders, secure=desk.url.startswith("https://"))
    return app


def names_of_routes(app: FastAPI) -> frozenset[str]:
    """Every route as the table of rules names it."""
    found = set()
    for route in app.router.routes:
        # A router that was included stands there as one route that has others.
        inner = getattr(route, "effective_route_contexts", None)
        for each in inner() if inner else (route,):
            path = str(getattr(each, "path_format", "") or getattr(each, "path", ""))
            methods = getattr(each, "methods", None) or {"GET"}
            found |= {f"{method} {path.removesuffix('/{path}')}" for method in methods - {"HEAD"}}
    return frozenset(found)


def check_table(app: FastAPI) -> None:
    """Hold the table against the routes.

    Raises:
        LookupError: one has what the other has not.
    """
    routes, rules = names_of_routes(app), set(RULES)
    if routes != rules:
        message = f"no rule for: {sorted(routes - rules)}; no route for: {sorted(rules - routes)}"
        raise LookupError(message)


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(LeadEngineError)
    def tell(request: Request, error: LeadEngineError) -> Response:
        status = next((to for kind, to in _STATUS if isinstance(error, kind)), HTTPStatus.CONFLICT)
        return _answer(request, status, (error.what, error.why, error.hint))

    @app.exception_handler(ValidationError)
    @app.exception_handler(RequestValidationError)
    def refuse(request: Request, error: ValidationError | RequestValidationError) -> Response:
        return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, (sentence(error), "", ""))

    @app.exception_handler(HTTPException)
    def pass_on(request: Request, error: HTTPException) -> Response:
        return _answer(request, error.status_code, (str(error.detail), "", ""))


def _answer(request: Request, status: int, words: tuple[str, str, str]) -> Response:
    if is_program(request):
        return JSONResponse(dict(zip(("what", "why", "hint"), words, strict=True)), status)
    if request.headers.get("x-part"):
        return PlainTextResponse(words[0], status)
    return error_page(request, status, words)


def sentence(error: ValidationError | RequestValidationError) -> str:
    """What is wrong with a form, field by field, without what was typed."""
    lines = []
    for each in error.errors():
        name = ".".join(str(part) for part in each["loc"] if part not in {"body", "query"})
        message = str(each["msg"]).removeprefix("Value error, ")
        lines.append(f"{name}: {message}" if name else message)
    return "; ".join(lines)
