"""How the pages of settings are shown: the same tabs around each, and what happened above it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from leadengine.accounts.signed_in import Person
from leadengine.dashboard.pages import page
from leadengine.services import Services

TABS = {
    "/install": "Install",
    "/settings/branding": "Branding",
    "/settings/routing": "Routing",
    "/settings/scoring": "Scoring",
    "/settings/webhooks": "Webhooks",
    "/settings/embedding": "Embedding",
    "/settings/privacy": "Privacy",
    "/settings/requests": "Requests",
    "/settings/team": "Team",
    "/settings/account": "Your account",
}
_DONE = {
    "saved": "Saved.",
    "invited": "Invited. The mail is on its way.",
    "removed": "Removed.",
    "published": "Published. Every lead is judged anew within a minute.",
    "sent": "A test is on its way; it appears in the list below.",
    "acknowledged": "Noted.",
}


def show(
    request: Request,
    services: Services,
    person: Person,
    template: str,
    errors: Sequence[str] = (),
    **values: Any,
) -> HTMLResponse:
    """One page; with errors nothing was changed, and the status says so."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    tabs = {path: name for path, name in TABS.items() if person.may("GET", path)}
    done = _DONE.get(request.query_params.get("done", ""), "")
    given = {"person": person, "tabs": tabs, "errors": errors, "done": done, **values}
    return page(request, services, f"settings/{template}", status, **given)


def back(path: str, done: str = "saved") -> RedirectResponse:
    """To the page again, which says what was done."""
    return RedirectResponse(f"{path}?done={done}", HTTPStatus.SEE_OTHER)
