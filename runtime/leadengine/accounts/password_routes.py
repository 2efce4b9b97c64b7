"""The page behind the one-time link.

The token stands after `#` in the link: browsers keep that part to themselves, so it reaches no log,
no proxy and no mail scanner. The page's script puts it into the form; without scripts it is pasted.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from leadengine.accounts import store
from leadengine.accounts.browser import is_our_form
from leadengine.accounts.passwords import WeakPasswordError, check_choice, hash_password
from leadengine.accounts.routes import STALE_FORM, Field
from leadengine.dashboard.pages import page
from leadengine.services import Services, ServicesOf

router = APIRouter()

USED = "This link was used before or is more than 72 hours old. Ask support for a new one."


@router.get("/set-password")
async def show(request: Request, services: ServicesOf) -> Response:
    """The page to choose a password."""
    return page(request, services, "set-password.html", error="")


@router.post("/set-password")
async def set_password(
    request: Request,
    services: ServicesOf,
    token: Field,
    password: Field,
    repeated: Field,
    form: Field = "",
) -> Response:
    """Use the link once."""
    if not is_our_form(request, services.settings.session_secret.get_secret_value(), form):
        return _again(request, services, STALE_FORM)
    try:
        done = await _use(services, token.strip(), password, repeated)
    except WeakPasswordError as error:
        return _again(request, services, str(error))
    if not done:
        return _again(request, services, USED)
    return RedirectResponse("/sign-in?notice=password-set", HTTPStatus.SEE_OTHER)


async def _use(services: Services, token: str, password: str, repeated: str) -> bool:
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is None:
        return False
    async with services.database.tenant(tenant) as connection:
        owner = await store.link_owner(connection, token)
    if owner is None:
        return False
    check_choice(password, repeated, owner.email)
    hashed = await hash_password(password)
    async with services.database.tenant(tenant) as connection:
        return await store.use_link(connection, token, hashed)


def _again(request: Request, services: Services, error: str) -> Response:
    return page(
        request, services, "set-password.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, error=error
    )
