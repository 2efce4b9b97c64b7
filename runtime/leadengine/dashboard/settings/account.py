"""One's own account: the second step of signing in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts import store, team
from leadengine.accounts.second_factor import accepts
from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.accounts.tokens import token_hash
from leadengine.accounts.totp import (
    address_of,
    matching_step,
    new_nonce,
    new_recovery_codes,
    secret_of,
    text_of,
)
from leadengine.dashboard.forms import OurForm
from leadengine.dashboard.picture import qr_code
from leadengine.dashboard.settings.showing import back, show
from leadengine.services import Services, ServicesOf

router = APIRouter()

_PATH = "/settings/account"
_WRONG = "This code is not right. Is the clock of your telephone?"


@router.get(_PATH)
async def account(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """Whether signing in takes a code, and how to change that."""
    return await _page(request, services, person)


@router.post(f"{_PATH}/code")
async def begin(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """A new secret for the authenticator app; it counts once a code of it was typed."""
    async with services.database.tenant(person.tenant) as connection:
        await connection.execute(
            "UPDATE users SET totp_nonce = %s WHERE id = %s AND totp_since IS NULL",
            (new_nonce(), person.id),
        )
    return await _page(request, services, person)


@router.post(f"{_PATH}/code/confirm")
async def confirm(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """From now on a code is asked for; the codes for a day without the telephone are shown once."""
    session_secret = services.settings.session_secret.get_secret_value()
    codes = new_recovery_codes()
    async with services.database.tenant(person.tenant) as connection:
        user = await store.user(connection, person.id)
        nonce = user.totp_nonce if user and not user.has_second_factor else None
        secret = secret_of(session_secret, person.id, nonce) if nonce else b""
        step = matching_step(secret, form["code"], 0) if nonce else None
        if step is None:
            return await _page(request, services, person, [_WRONG])
        await connection.execute(
            "UPDATE users SET totp_since = now(), totp_step = %s WHERE id = %s", (step, person.id)
        )
        await connection.execute("DELETE FROM recovery_codes WHERE user_id = %s", (person.id,))
        for code in codes:
            await connection.execute(
                "INSERT INTO recovery_codes (tenant_id, code_hash, user_id) VALUES (%s, %s, %s)",
                (person.tenant, token_hash(code), person.id),
            )
    return await _page(request, services, person, codes=codes)


@router.post(f"{_PATH}/code/remove")
async def remove(
    request: Request, services: ServicesOf, person: SignedIn, form: OurForm
) -> Response:
    """No code any more; it takes one to say so."""
    session_secret = services.settings.session_secret.get_secret_value()
    async with services.database.tenant(person.tenant) as connection:
        user = await store.user(connection, person.id)
        if user is None or not await accepts(connection, session_secret, user, form["code"]):
            return await _page(request, services, person, [_WRONG])
        await team.forget_code(connection, person.id)
    return back(_PATH)


async def _page(
    request: Request,
    services: Services,
    person: Person,
    errors: list[str] | None = None,
    codes: tuple[str, ...] = (),
) -> Response:
    async with services.database.tenant(person.tenant) as connection:
        user = await store.user(connection, person.id)
    nonce = user.totp_nonce if user and not user.has_second_factor else None
    secret = services.settings.session_secret.get_secret_value()
    values: dict[str, object] = {"picture": "", "text": ""}
    if nonce:
        found = secret_of(secret, person.id, nonce)
        address = address_of(found, person.email, services.brand.name)
        values = {"picture": qr_code(address), "text": text_of(found)}
    protected = user is not None and user.has_second_factor
    return show(
        request,
        services,
        person,
        "account.html",
        errors or (),
        protected=protected,
        codes=codes,
        picture=values["picture"],
        text=values["text"],
    )
