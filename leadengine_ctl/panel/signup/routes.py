"""Signing up: pages for strangers. The secret in a cookie says whose sign-up a page is about."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import SecretStr, ValidationError
from starlette.responses import Response

from leadengine_ctl.billing.plans import TIERS
from leadengine_ctl.billing.registry import open_server
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.operations.signups.beginning import begin, check_open, plans_for_sale
from leadengine_ctl.operations.signups.describing import Described, describe
from leadengine_ctl.operations.signups.paying import open_payment
from leadengine_ctl.operations.tenants import TenantRequest, place_of, take_tenant_password
from leadengine_ctl.panel import app
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door import cookies
from leadengine_ctl.panel.door.throttle import SPAN, network_of
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form, source_of
from leadengine_ctl.panel.signup.showing import facts_of

router = APIRouter(include_in_schema=False)

MINE = "/start/mine"
_GUESSES = 20
"""Links that lead nowhere, from one network in a quarter of an hour."""


@router.get("/start")
def start(request: Request, desk: DeskOf) -> Response:
    """The plans, and an address to write to."""
    check_open(desk.world)
    return _start(request, desk)


@router.post("/start")
def begin_here(request: Request, desk: DeskOf, form: Form) -> Response:
    """Begin, and go on in this browser."""
    network = network_of(source_of(request))
    try:
        _, secret = begin(desk.world, form.get("plan", ""), form.get("email", ""), network)
    except (ValidationError, NotAllowedError) as error:
        return _start(request, desk, form, _words(error))
    response = go_to(MINE)
    cookies.keep_signup(response, secret)
    return response


@router.get("/start/go")
def back(request: Request, desk: DeskOf) -> Response:
    """Where the link in a mail leads; its secret stands behind the hash, which browsers send nowhere."""
    check_open(desk.world)
    return page(request, "signup/go.html", problem="")


@router.post("/start/go")
def go_back(request: Request, desk: DeskOf, form: Form) -> Response:
    """Go on where it was left, in this browser."""
    check_open(desk.world)
    attempts, key = desk.world.store.attempts, f"signup-link:{network_of(source_of(request))}"
    secret = form.get("code", "").strip()
    found = None
    if attempts.count(key, SPAN) < _GUESSES:
        found = desk.world.store.signups.of_secret(secret)
    if found is None:
        attempts.add(key, SPAN)
        words = "This link leads to no sign-up. Copy the whole link from the mail."
        return page(request, "signup/go.html", HTTPStatus.GONE, problem=words)
    response = go_to(MINE)
    cookies.keep_signup(response, SecretStr(secret))
    return response


@router.get(MINE)
def mine(request: Request, desk: DeskOf) -> Response:
    """One's own sign-up, as far as it is."""
    found = _found(request, desk)
    return go_to("/start") if found is None else _mine(request, desk, found)


@router.post(f"{MINE}/company")
def company(request: Request, desk: DeskOf, form: Form) -> Response:
    """Say who one is."""
    found = _found(request, desk)
    if found is None:
        return go_to("/start")
    try:
        names = ("company", "domain", "colour")
        said = Described.model_validate({name: form.get(name, "").strip() for name in names})
        describe(desk.world, found, said)
    except (ValidationError, LeadEngineError) as error:
        return _mine(request, desk, found, _words(error))
    return go_to(MINE)


@router.post(f"{MINE}/payment")
def payment(request: Request, desk: DeskOf, form: Form) -> Response:
    """Open the page of the payment server's; a link leads there."""
    found = _found(request, desk)
    if found is None:
        return go_to("/start")
    try:
        open_payment(desk.world, open_server(desk.world.settings), found)
    except LeadEngineError as error:
        return _mine(request, desk, found, _words(error))
    return go_to(MINE)


@router.post(f"{MINE}/password")
def password(request: Request, desk: DeskOf, form: Form) -> Response:
    """The first administrator's password, shown once to whoever has the link."""
    found = _found(request, desk)
    if found is None or found.plan != "hosted" or found.live_at is None:
        return go_to(MINE)
    stack, host = place_of(desk.world, found.stack)
    asked = TenantRequest(client=stack, host=host, tenant=found.slug)
    told = take_tenant_password(desk.world, asked)
    return page(request, "signup/password.html", signup=found, password=told.password)


def _found(request: Request, desk: Desk) -> SignupRecord | None:
    check_open(desk.world)
    secret = cookies.signup_secret(request)
    return desk.world.store.signups.of_secret(secret) if secret else None


def _start(
    request: Request, desk: Desk, form: dict[str, str] | None = None, problem: str = ""
) -> Response:
    return page(
        request,
        "signup/start.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        tiers=[TIERS[each] for each in plans_for_sale(desk.world)],
        form=form or {},
        problem=problem,
    )


def _mine(request: Request, desk: Desk, signup: SignupRecord, problem: str = "") -> Response:
    return page(
        request,
        "signup/mine.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        signup=signup,
        state=SignupState,
        facts=facts_of(desk.world, signup),
        problem=problem,
    )


def _words(error: ValidationError | LeadEngineError) -> str:
    if isinstance(error, ValidationError):
        return app.sentence(error)
    return ". ".join(text.rstrip(".") for text in (error.what, error.why, error.hint) if text) + "."
