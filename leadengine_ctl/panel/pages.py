"""Rendering: one template engine, one way to answer with a page.

What comes from hosts and people is escaped by the engine, and made harmless before that: a character that
turns the direction of reading or moves a cursor is part of no name (promise S11 of stored texts).
"""

import hashlib
import secrets
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from leadengine_ctl.panel import wording
from leadengine_ctl.panel.door import cookies, forms

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def build() -> str:
    """In the addresses of style and script, so that no browser mixes two builds."""
    content = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))
    return hashlib.sha256(content).hexdigest()[:8]


def harmless(value: Any) -> Any:
    """Text for a page: nothing in it that is obeyed instead of read."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if value.isascii() and value.isprintable():
        return value
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in value)


_pages = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=harmless,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters.update(wording.FILTERS)


def page(
    request: Request, template: str, status_code: int = HTTPStatus.OK, /, **values: Any
) -> HTMLResponse:
    """Answer with a page; each carries a token for its forms."""
    visitor = getattr(request.state, "visitor", None)
    anchor = forms.anchor_of(request)
    if fresh := not anchor:
        anchor = secrets.token_urlsafe(16)
    html = _pages.get_template(template).render(
        visitor=visitor,
        build=build(),
        form_token=forms.token_for(anchor),
        path=request.url.path,
        query=request.url.query,
        today=datetime.now(UTC),
        **values,
    )
    response = HTMLResponse(html, status_code)
    if fresh:
        cookies.keep_anchor(response, anchor)
    return response


def error_page(request: Request, status: int, words: tuple[str, str, str]) -> HTMLResponse:
    """An error in its three sentences."""
    what, why, hint = words
    visitor = getattr(request.state, "visitor", None)
    inside = visitor is not None and (visitor.session is None or visitor.session.proven)
    template = "frame/error.html" if inside else "frame/error_outside.html"
    return page(request, template, status, what=what, why=why, hint=hint, status_code=int(status))


def go_to(place: str) -> RedirectResponse:
    """Answer a form that was taken: show what came of it."""
    return RedirectResponse(place, HTTPStatus.SEE_OTHER)
