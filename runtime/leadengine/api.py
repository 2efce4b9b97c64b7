"""The api's process."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import psycopg_pool
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from redis.exceptions import RedisError

from leadengine import health, logs
from leadengine.accounts import password_routes
from leadengine.accounts import routes as account_routes
from leadengine.accounts.signed_in import NotSignedInError
from leadengine.concierge import routes as concierge_routes
from leadengine.concierge import widget
from leadengine.dashboard import conversations, insights, knowledge, leads, live
from leadengine.dashboard import routes as dashboard_routes
from leadengine.dashboard.pages import FOLDER
from leadengine.headers import SecurityHeaders
from leadengine.leads import routes as lead_routes
from leadengine.services import Services, build
from leadengine.serving import gauges, usage
from leadengine.serving.calls import Counting
from leadengine.serving.server import FINISH_SECONDS, DrainingServer
from leadengine.serving.valve import Admission
from leadengine.settings import Settings, load
from leadengine.tracking import routes as tracking_routes

log = logging.getLogger(__name__)

# Nothing but the stack's own nginx reaches this port, from one of Docker's private networks.
_NEIGHBOURS = "127.0.0.1,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"


_ROUTES = (
    health,
    gauges,
    usage,
    tracking_routes,
    account_routes,
    password_routes,
    dashboard_routes,
    leads,
    conversations,
    insights,
    knowledge,
    concierge_routes,
    widget,
    lead_routes,
    live,
)


def main() -> None:
    """Serve until SIGTERM; requests under way are finished."""
    logs.configure()
    services = build(load(Settings, os.environ))
    serve(create_app(services), services)


def serve(app: FastAPI, services: Services) -> None:
    """Serve an application that `services` were built for, until SIGTERM."""
    config = uvicorn.Config(
        app,
        host="0.0.0.0",  # noqa: S104 - the container's own network
        port=3000,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=_NEIGHBOURS,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    DrainingServer(config, services.lifecycle).run()


def create_app(services: Services) -> FastAPI:
    """The application; it connects when it starts."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.database.open()
        counting = asyncio.create_task(services.calls.keep_flushing())
        yield
        counting.cancel()
        await services.calls.flush()
        await services.database.close()
        await services.redis.aclose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.add_middleware(SecurityHeaders, logo_origin=services.brand.logo_origin())
    app.add_middleware(Counting, calls=services.calls)
    app.add_middleware(Admission, lifecycle=services.lifecycle, valve=services.valve)
    for routes in _ROUTES:
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(NotSignedInError)
    async def show_the_door(_: Request, __: Exception) -> Response:
        return RedirectResponse("/sign-in", 303)

    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, __: Exception) -> Response:
        return PlainTextResponse("This form is incomplete. Go back and try again.\n", 422)

    async def excuse(request: Request, error: Exception) -> Response:
        log.warning("%s failed: %s", request.url.path, str(error).partition("\n")[0])
        return PlainTextResponse("The service is starting or being repaired. Try again.\n", 503)

    for kind in (psycopg.OperationalError, psycopg_pool.PoolTimeout, RedisError):
        app.add_exception_handler(kind, excuse)


if __name__ == "__main__":
    main()
