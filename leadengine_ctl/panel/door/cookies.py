"""The cookies: who is signed in, that this browser was used before, and an anchor for forms at the door."""

from fastapi import Request
from pydantic import SecretStr
from starlette.responses import Response

SESSION = "__Host-lectl"
DEVICE = "__Host-lectl-device"
DOOR = "__Host-lectl-door"
SIGNUP = "__Host-lectl-start"
_MONTH = 30 * 86_400
_YEAR = 365 * 86_400


def session_token(request: Request) -> str:
    return request.cookies.get(SESSION, "")


def device_mark(request: Request) -> str:
    return request.cookies.get(DEVICE, "")


def keep_session(response: Response, token: SecretStr) -> None:
    """Ends with the browser; the server ends it earlier when it is idle."""
    _keep(response, SESSION, token.get_secret_value(), None)


def keep_mark(response: Response, mark: str) -> None:
    _keep(response, DEVICE, mark, _YEAR)


def keep_anchor(response: Response, anchor: str) -> None:
    _keep(response, DOOR, anchor, None)


def signup_secret(request: Request) -> str:
    return request.cookies.get(SIGNUP, "")


def keep_signup(response: Response, secret: SecretStr) -> None:
    """What leads back to a sign-up that was begun in this browser."""
    _keep(response, SIGNUP, secret.get_secret_value(), _MONTH)


def line(token: SecretStr) -> str:
    """The header's text for a session's new token."""
    response = Response()
    keep_session(response, token)
    return response.headers["set-cookie"]


def drop_session(response: Response) -> None:
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="lax")


def _keep(response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )
