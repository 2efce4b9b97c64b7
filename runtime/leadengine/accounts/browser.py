"""What a browser holds for us: two cookies, and the token that ties a form to them."""

from fastapi import Request
from fastapi.responses import Response

from leadengine.accounts.store import SESSION_LIFETIME
from leadengine.accounts.tokens import form_token, form_token_matches, new_token

# `__Host-` makes browsers insist on Secure, path `/` and no other domain.
SESSION = "__Host-le-session"
FORM = "__Host-le-form"


def session_cookie(request: Request) -> str:
    """The cookie's name: where clients share a name on the web, each has one of its own."""
    return SESSION + str(request.scope.get("root_path", "")).replace("/", "-")


def session_token(request: Request) -> str:
    """The token of the session, or an empty string."""
    return request.cookies.get(session_cookie(request), "")


def guest_pass(request: Request) -> str:
    """What a guest's frame shows with each request, or an empty string.

    A browser adds it to no request by itself, and lets no other site's page add it.
    """
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def token_for_form(request: Request, secret: str) -> tuple[str, str]:
    """The hidden value for a form, and the cookie it is bound to (new where there is none).

    A guest's frame has neither: what it shows with a form says that it is ours.
    """
    if guest_pass(request):
        return "", ""
    anchor = request.cookies.get(FORM) or new_token()
    return form_token(secret, anchor + session_token(request)), anchor


def is_our_form(request: Request, secret: str, given: str) -> bool:
    """Whether a form was sent by our own page in this very browser."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    if guest_pass(request):
        return True
    anchor = request.cookies.get(FORM, "")
    return bool(anchor) and form_token_matches(secret, anchor + session_token(request), given)


def remember(response: Response, name: str, value: str) -> None:
    """Set one of the two cookies."""
    response.set_cookie(
        name,
        value,
        max_age=int(SESSION_LIFETIME.total_seconds()) if name.startswith(SESSION) else None,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, name: str) -> None:
    """Remove a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
