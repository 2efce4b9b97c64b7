"""Who signs up, for our people: how far each is, and a yes or no where the settings want one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.signups.describing import answer as give
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)

_SHOWN = 200


@router.get("/signups")
def signups(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """All of them, the newest first."""
    world = desk.world
    found = world.store.signups.all()[:_SHOWN]
    return page(request, "signup/all.html", found=found, is_open=world.settings.signup)


@router.post("/signups/{signup}/{answer}")
def respond(desk: DeskOf, visitor: Signed, signup: str, answer: str) -> Response:
    """Let somebody go on to pay, or not."""
    if answer not in {"agree", "refuse"}:
        raise UsageError("One agrees or refuses")
    world = desk.world_of(visitor)
    give(world, world.store.signups.get(signup), agreed=answer == "agree")
    return go_to("/signups")
