"""Another application with the dashboard inside its pages, as docs/how-to/embedding.md describes it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.lab.waiting import until

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{view} - Property Connect</title>
<link rel="stylesheet" href="/platform.css">
<script src="{dashboard}/embed.js" defer></script></head>
<body>
<nav aria-label="Platform"><strong>Property Connect</strong>
<a href="/platform/leads">Leads</a> <a href="/platform/analytics">Analytics</a>
<a href="/platform/concierge">Concierge</a></nav>
<main><le-dashboard view="{view}" token-url="{tokens}" deep-link="at" {look}></le-dashboard></main>
</body></html>"""
STYLE = """
body { margin: 0; display: grid; grid-template-columns: 13rem 1fr; min-height: 100vh; }
body { font: 16px system-ui, sans-serif; }
nav { display: grid; align-content: start; gap: 1rem; padding: 1.5rem; background: #2e1065; color: #fff; }
nav a { color: #ddd6fe; }
main { min-width: 0; background: #f4f5f7; padding: .5rem; }
@media (max-width: 40rem) { body { display: block; } }
"""
LOOK = 'colour="#7c3aed" font="serif" radius="4" scheme="light"'


@dataclass
class HostApplication:
    """The backend keeps the key; who is signed in there is its own affair.

    Attributes:
        dashboard: where the dashboard is, for browsers.
        stack: asks the dashboard from server to server.
        origin: of this application's pages.
        audience: for which origin it asks; another one than its own is a mistake.
    """

    dashboard: str
    stack: httpx.Client
    key: str
    origin: str
    audience: str = ""
    role: str = "member"
    look: str = LOOK
    tokens: int = 0

    def page(self, request: Request) -> Response:
        view = request.path_params["view"]
        values = {"dashboard": self.dashboard, "look": self.look, "tokens": "/platform/token"}
        return HTMLResponse(PAGE.format(view=view, **values))

    def style(self, _: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    async def token(self, request: Request) -> Response:
        """Ask for a guest token of whoever is signed in, for the view that the page shows."""
        view = (await request.json())["view"]
        asked = {"views": [view], "role": self.role, "user": "ann@platform.test"}
        answer = self.stack.post(
            "/embed/tokens",
            json={**asked, "audience": self.audience or self.origin},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        self.tokens += 1
        return JSONResponse(answer.json(), answer.status_code)

    def framing(self, _: Request) -> Response:
        """A page that frames what it should not."""
        frames = "".join(
            f'<iframe src="{self.dashboard}{path}"></iframe>'
            for path in ("/embed/leads", "/sign-in", "/leads")
        )
        return HTMLResponse(f"<!doctype html><title>Evil</title><h1>Win a prize</h1>{frames}")

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/platform.css", self.style),
                Route("/platform/token", self.token, methods=["POST"]),
                Route("/platform/{view}", self.page),
                Route("/framing", self.framing),
            ]
        )


class Application(Protocol):
    """Whatever has pages."""

    def application(self) -> Starlette: ...


@contextmanager
def serving(host: Application, certificate: Path | None, address: str, port: int) -> Iterator[None]:
    """Serve over TLS; `certificate` is `name.pem` with `name.key` beside it; None: in the clear."""
    config = uvicorn.Config(
        host.application(),
        host=address,
        port=port,
        log_level="warning",
        ssl_certfile=certificate,
        ssl_keyfile=certificate and certificate.with_suffix(".key"),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: _listening(server), "the host application")
        yield
    finally:
        server.should_exit = True
        thread.join()


def _listening(server: uvicorn.Server) -> None:
    assert server.started


__all__ = ["LOOK", "HostApplication", "serving"]
