"""The api's process."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Coroutine
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
from leadengine.accounts import code_routes, password_routes
from leadengine.accounts import routes as account_routes
from leadengine.accounts.browser import guest_pass
from leadengine.accounts.signed_in import NotPermittedError, NotSignedInError
from leadengine.concierge import routes as concierge_routes
from leadengine.concierge import widget
from leadengine.controlling import hosting_routes
from leadengine.controlling import routes as controlling_routes
from leadengine.dashboard import conversations, exports, insights, knowledge, leads, live
from leadengine.dashboard import routes as dashboard_routes
from leadengine.dashboard.forms import RefusedFormError
from leadengine.dashboard.pages import FOLDER, page
from leadengine.dashboard.settings import (
    account,
    branding,
    embedding,
    install,
    privacy,
    requests,
    routing,
    scoring,
    team,
    webhooks,
)
from leadengine.embedding import routes as embedding_routes
from leadengine.headers import SecurityHeaders
from leadengine.leads import routes as lead_routes
from leadengine.privacy import routes as privacy_routes
from leadengine.privacy import shopify
from leadengine.replies import routes as reply_routes
from leadengine.services import Services, build, serving
from leadengine.serving import gauges
from leadengine.serving.own_paths import OWN_PATHS
from leadengine.serving.restraint import Restraint
from leadengine.serving.server import FINISH_SECONDS, DrainingServer
from leadengine.serving.sharing import Sharing
from leadengine.serving.valve import Admission
from leadengine.settings import Settings, load
from leadengine.tracking import routes as tracking_routes
from leadengine.travelling import routes as travelling_routes

log = logging.getLogger(__name__)

# Nothing but the stack's own nginx reaches this port, from one of Docker's private networks.
_NEIGHBOURS = "127.0.0.1,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"


_ROUTES = (
    # Asked for most of all, and routes are looked through in their order.
    tracking_routes,
    health,
    gauges,
    account_routes,
    password_routes,
    code_routes,
    dashboard_routes,
    leads,
    conversations,
    insights,
    knowledge,
    exports,
    concierge_routes,
    widget,
    reply_routes,
    lead_routes,
    live,
    *(install, branding, routing, scoring, webhooks, embedding, privacy, requests, team, account),
    embedding_routes,
    privacy_routes,
    shopify,
    controlling_routes,
    hosting_routes,
    travelling_routes,
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
        helpers = [asyncio.create_task(work) for work in _helpers(services)]
        yield
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        await services.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.add_middleware(SecurityHeaders, logo_origin=lambda scope: serving(scope).logo_origin())
    for routes in _ROUTES:
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    if services.settings.kind == "hosted":
        app.add_middleware(Sharing, services=services, own=OWN_PATHS)
    else:
        app.add_middleware(Restraint, services=services)
    app.add_middleware(Admission, lifecycle=services.lifecycle, valve=services.valve)
    _answer_errors(app)
    return app


def _helpers(services: Services) -> tuple[Coroutine[None, None, None], ...]:
    """What a process does beside answering, until it stops."""
    return services.preferences.follow(), services.finder.work(), services.meter.run()


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(NotSignedInError)
    async def show_the_door(request: Request, __: Exception) -> Response:
        if guest_pass(request):
            return PlainTextResponse(
                "This pass is over. The page around has to ask for another.\n", 401
            )
        return RedirectResponse("/sign-in", 303)

    @app.exception_handler(NotPermittedError)
    async def explain(request: Request, error: NotPermittedError) -> Response:
        services = serving(request.scope)
        return page(request, services, "no-permission.html", 403, person=error.person)

    @app.exception_handler(RefusedFormError)
    async def tell(_: Request, error: RefusedFormError) -> Response:
        return PlainTextResponse(f"{error}\n", error.status)

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
