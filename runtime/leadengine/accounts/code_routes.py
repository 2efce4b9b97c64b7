"""The page that asks for the code of an authenticator app."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts import store
from leadengine.accounts.browser import is_our_form, remember, session_cookie
from leadengine.accounts.routes import STALE_FORM, Field, pace
from leadengine.accounts.second_factor import accepts, passed
from leadengine.accounts.throttle import Attempt
from leadengine.dashboard.pages import page
from leadengine.services import Services, ServicesOf

router = APIRouter()


@router.post("/sign-in/code")
async def check(
    request: Request, services: ServicesOf, proof: Field, code: Field, form: Field = ""
) -> Response:
    """Sign in with the second step; guessing is as slow as with the first."""
    secret = services.settings.session_secret.get_secret_value()
    if not is_our_form(request, secret, form):
        return _again(request, services, proof, STALE_FORM)
    user = passed(secret, proof)
    tenant = await services.database.tenant_of(services.settings.client_id)
    if user is None or tenant is None:
        return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    attempt = Attempt(f"code:{user}", request.client.host if request.client else "")
    if minutes := await pace(services, attempt):
        error = f"Too many attempts. Try again in {minutes} minutes."
        return _again(request, services, proof, error, HTTPStatus.TOO_MANY_REQUESTS)
    async with services.database.tenant(tenant) as connection:
        found = await store.user(connection, user)
        right = found is not None and await accepts(connection, secret, found, code)
        token = await store.start_session(connection, tenant, user) if right else ""
    if not token:
        error = "This code is not right, or was used before."
        return _again(request, services, proof, error, HTTPStatus.UNAUTHORIZED)
    await services.throttle.forgive(attempt)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    remember(response, session_cookie(request), token)
    return response


def _again(
    request: Request,
    services: Services,
    proof: str,
    error: str,
    status: HTTPStatus = HTTPStatus.FORBIDDEN,
) -> Response:
    return page(request, services, "sign-in-code.html", status, proof=proof, error=error)
