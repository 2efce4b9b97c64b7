"""One-click deploy: a form, the plan, then the operation to watch."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from leadengine_agent.values import Frozen
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import deploy_request
from leadengine_ctl.operations.preview import preview_deploy
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.panel import app, doing
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form
from leadengine_ctl.services import Fingerprint

router = APIRouter(include_in_schema=False)

PLANS = ("dedicated", "hosted", "self-hosted", "enterprise")


class _Trusted(Frozen):
    host_key: Fingerprint | None


@router.get("/deploy")
def show(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """The form."""
    return _form(request, desk.world, {}, "")


@router.post("/deploy/plan")
def plan(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """What would be done, before anything is."""
    world = desk.world_of(visitor)
    try:
        wanted, _ = read_request(world, form)
        preview = preview_deploy(world, wanted)
    except (LeadEngineError, ValidationError) as error:
        return _form(request, world, form, _words(error))
    return page(request, "deploying/plan.html", wanted=wanted, preview=preview, form=form)


@router.post("/deploy")
def deploy(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Have it done."""
    world = desk.world_of(visitor)
    try:
        wanted, host_key = read_request(world, form)
        job = doing.deploy(world, wanted, host_key)
    except (LeadEngineError, ValidationError) as error:
        return _form(request, world, form, _words(error))
    return go_to(f"/operations/{job.id}")


def read_request(world: World, form: dict[str, str]) -> tuple[DeployRequest, str | None]:
    """What a form asks for, and the fingerprint to trust a new host by.

    Raises:
        ValidationError: a value is refused.
        LeadEngineError: there is no such host or release.
    """
    given = {name: text.strip() or None for name, text in form.items()}
    host_key = _Trusted(host_key=given.get("host_key")).host_key
    wanted = deploy_request(
        world,
        given.get("client") or "",
        given.get("domain") or "",
        email=given.get("email"),
        host=given.get("address") or given.get("host"),
        plan=given.get("plan"),
        release=given.get("release"),
    )
    return wanted, host_key


def _words(error: LeadEngineError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return app.sentence(error)
    return ". ".join(text.rstrip(".") for text in (error.what, error.why, error.hint) if text) + "."


def _form(request: Request, world: World, form: dict[str, str], problem: str) -> Response:
    return page(
        request,
        "deploying/deploy.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        form=form,
        problem=problem,
        hosts=world.store.hosts.all(),
        releases=list(reversed(world.library.versions())),
        plans=PLANS,
    )
