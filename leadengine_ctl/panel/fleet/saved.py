"""Views that people keep: an address of the fleet page under a name."""

from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.responses import Response

from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.fleet.saving import Wanted, keep_view, remove_view
from leadengine_ctl.panel.fleet.view import View
from leadengine_ctl.panel.pages import go_to
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)


@router.post("/views")
def keep(desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Keep the view that is shown."""
    view = View.model_validate(dict(parse_qsl(form.get("view", ""))))
    wanted = Wanted(name=form.get("name", "").strip(), view=view)
    return go_to(keep_view(desk, visitor, wanted).address)


@router.post("/views/{view}/remove")
def remove(desk: DeskOf, visitor: Signed, view: str) -> Response:
    """Forget one."""
    remove_view(desk, visitor, view)
    return go_to("/")
