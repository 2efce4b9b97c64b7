"""Signing in and out."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts import store
from leadengine.accounts.browser import (
    forget,
    is_our_form,
    remember,
    session_cookie,
    session_token,
)
from leadengine.accounts.passwords import MAX_LENGTH, verify_password
from leadengine.accounts.second_factor import pending
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
    """Check a password; after five wrong ones this source waits a quarter of an hour."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return _again(request, services, email, STALE_FORM, HTTPStatus.FORBIDDEN)
    attempt = Attempt(email.strip(), request.client.host if request.client else "")
    if minutes := await pace(services, attempt):
        error = f"Too many attempts. Try again in {minutes} minutes."
        return _again(request, services, email, error, HTTPStatus.TOO_MANY_REQUESTS)
    user = await _known(services, attempt.email, password)
    if user is None:
        error = "The address and the password do not belong together."
        return _again(request, services, email, error, HTTPStatus.UNAUTHORIZED)
    await services.throttle.forgive(attempt)
    if user.has_second_factor:
        proof = pending(services.settings.session_secret.get_secret_value(), user.id)
        return page(request, services, "sign-in-code.html", proof=proof, error="")
    return await _let_in(request, services, user)


async def pace(services: Services, attempt: Attempt) -> int:
    """Count an attempt, and take the time it has to take; the minutes to wait when it is refused."""
    found = await services.throttle.count(attempt)
    await asyncio.sleep(0 if found.wait else found.delay)
    return -(-found.wait // 60)


@router.post("/sign-out")
async def sign_out(request: Request, services: ServicesOf, form: Field = "") -> Response:
    """End the session here and in the database."""
    secret = services.settings.session_secret.get_secret_value()
    tenant = await services.database.tenant_of(services.settings.client_id)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    if tenant is not None and is_our_form(request, secret, form):
        async with services.database.tenant(tenant) as connection:
            await store.end_session(connection, session_token(request))
        forget(response, session_cookie(request))
    return response


async def _known(services: Services, email: str, password: str) -> store.User | None:
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is None:
        return None
    async with services.database.tenant(tenant) as connection:
        user = await store.find_user(connection, email)
    # No connection is held while the hash is computed.
    matches = await verify_password(user.password_hash if user else None, password)
    return user if matches else None


async def _let_in(request: Request, services: Services, user: store.User) -> Response:
    tenant = await services.database.tenant_of(services.settings.client_id)
    assert tenant is not None  # noqa: S101 - the user was found in it
    async with services.database.tenant(tenant) as connection:
        token = await store.start_session(connection, tenant, user.id)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    remember(response, session_cookie(request), token)
    return response


def _again(
    request: Request, services: Services, email: str, error: str, status: HTTPStatus
) -> Response:
    return page(
        request, services, "sign-in.html", status=status, notice="", error=error, email=email
    )
