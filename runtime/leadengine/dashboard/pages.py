"""Rendering: one template engine, one way to answer with a page."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from leadengine.accounts.browser import FORM, guest_pass, remember, token_for_form
from leadengine.dashboard.licence import sentence_on
from leadengine.services import Services

FOLDER = Path(__file__).parent


def _fingerprint(folder: Path) -> str:
    content = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return hashlib.sha256(content).hexdigest()[:8]


# In the addresses of style and script, so that no browser mixes two builds.
_BUILD = _fingerprint(FOLDER / "static")

_pages = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request,
    services: Services,
    template: str,
    /,
    status: int = HTTPStatus.OK,
    **values: Any,
) -> HTMLResponse:
    """Answer with a page; each carries a token for its forms."""
    token, anchor = token_for_form(request, services.settings.session_secret.get_secret_value())
    below = services.settings.path
    response = bare_page(
        services,
        template,
        status,
        form_token=token,
        path=request.url.path.removeprefix(below),
        embedded=bool(guest_pass(request)),
        licence=sentence_on(services.settings.licence, services.settings.client_domain),
        read_only=request.scope.get("leadengine.read_only", False),
        **values,
    )
    if anchor and request.cookies.get(FORM) != anchor:
        remember(response, FORM, anchor)
    return response


def bare_page(
    services: Services, template: str, status: int = HTTPStatus.OK, /, **values: Any
) -> HTMLResponse:
    """Answer with a page that knows nothing of who asks, and sets no cookie."""
    below = services.settings.path
    given = {"brand": services.brand, "build": _BUILD, "below": below, **values}
    html = _pages.get_template(template).render(given)
    return HTMLResponse(
        _moved_below(html, below), status_code=status, headers={"Cache-Control": "no-store"}
    )


_OUR_PATHS = re.compile(r'\b(href|action|formaction|src)="/(?!/|static/)')


def _moved_below(html: str, below: str) -> str:
    """Let the page's own links lead below a client's name, where there is one.

    Text is escaped, so what matches is an attribute that a template wrote; none can be forgotten.
    """
    return _OUR_PATHS.sub(rf'\1="{below}/', html) if below else html


def place(url: str) -> str:
    """A page's address for people: its path, since the site is known."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def source(referrer: str) -> str:
    """Where a visitor came from: the site's name, or that nobody knows."""
    return urlsplit(referrer).hostname or "Direct"


def moment(value: datetime) -> str:
    """A time in UTC for people; the browser puts its own zone in its place."""
    return f"{value.astimezone(UTC):%d %b, %H:%M} UTC"


_REASONS = {
    "robot": "from robots",
    "objection": "from visitors who object",
    "invalid": "malformed",
    "too-large": "too large",
    "other-client": "for another client",
    "data-centre": "from data centres",
    "wrong-origin": "from other websites",
    "consent": "without consent",
}


def reasons(drops: Mapping[str, int]) -> str:
    """Why events were left out, for people: `1,200 from robots, 3 malformed`."""
    return ", ".join(f"{number:,} {_REASONS.get(name, name)}" for name, number in drops.items())


_pages.filters.update(place=place, source=source, moment=moment, reasons=reasons)
