"""Signing in and out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts import store
from leadengine.accounts.browser import SESSION, forget, is_our_form, remember, session_token
from leadengine.accounts.passwords import MAX_LENGTH, verify_password
from leadengine.accounts.throttle import Attempt
from leadengine.dashboard.pages import page
from leadengine.services import Services, ServicesOf

router = APIRouter()

Field = Annotated[str, Form(max_length=MAX_LENGTH + 100)]

STALE_FORM = "This page was open for too long. Please try again."


@router.get("/sign-in")
async def show(request: Request, services: ServicesOf, notice: str = "") -> Response:
    """The sign-in page."""
    said = "Your password is set. Sign in with it." if notice == "password-set" else ""
    return page(request, services, "sign-in.html", notice=said, error="", email="")


@router.post("/sign-in")
async def sign_in(
    request: Request, services: ServicesOf, email: Field, password: Field, form: Field = ""
) -> Response:
    """Check a password; five wrong ones, and the account waits a quarter of an hour."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return _again(request, services, email, STALE_FORM, HTTPStatus.FORBIDDEN)
    attempt = Attempt(email.strip(), request.client.host if request.client else "")
    wait = await services.throttle.seconds_to_wait(attempt)
    if wait:
        error = f"Too many attempts. Try again in {-(-wait // 60)} minutes."
        return _again(request, services, email, error, HTTPStatus.TOO_MANY_REQUESTS)
    token = await _session_for(services, attempt.email, password)
    if token is None:
        error = "The address and the password do not belong together."
        return _again(request, services, email, error, HTTPStatus.UNAUTHORIZED)
    await services.throttle.forgive(attempt)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    remember(response, SESSION, token)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, services: ServicesOf, form: Field = "") -> Response:
    """End the session here and in the database."""
    secret = services.settings.session_secret.get_secret_value()
    tenant = await services.database.tenant_of(services.settings.client_id)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    if tenant is not None and is_our_form(request, secret, form):
        async with services.database.tenant(tenant) as connection:
            await store.end_session(connection, session_token(request))
        forget(response, SESSION)
    return response


async def _session_for(services: Services, email: str, password: str) -> str | None:
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is None:
        return None
    async with services.database.tenant(tenant) as connection:
        user = await store.find_user(connection, email)
    # No connection is held while the hash is computed.
    if not await verify_password(user.password_hash if user else None, password) or user is None:
        return None
    async with services.database.tenant(tenant) as connection:
        return await store.start_session(connection, tenant, user.id)


def _again(
    request: Request, services: Services, email: str, error: str, status: HTTPStatus
) -> Response:
    return page(
        request, services, "sign-in.html", status=status, notice="", error=error, email=email
    )
