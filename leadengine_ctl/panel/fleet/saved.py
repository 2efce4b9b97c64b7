"""Views that people keep: an address of the fleet page under a name."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from leadengine_agent.values import Frozen, Line
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.panel_records import SavedView
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.fleet.view import View
from leadengine_ctl.panel.pages import go_to
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)


class Wanted(Frozen):
    """A name for a view."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    view: View


@router.post("/views")
def keep(desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Keep the view that is shown."""
    view = View.model_validate(dict(parse_qsl(form.get("view", ""))))
    return go_to(
        keep_view(desk, visitor, Wanted(name=form.get("name", "").strip(), view=view)).address
    )


@router.post("/views/{view}/remove")
def remove(desk: DeskOf, visitor: Signed, view: str) -> Response:
    """Forget one."""
    remove_view(desk, visitor, view)
    return go_to("/")


def keep_view(desk: Desk, visitor: Visitor, wanted: Wanted) -> SavedView:
    """Keep a view of one's own.

    Raises:
        NotAllowedError: there are too many.
    """
    views = desk.world.store.views
    return views.keep(visitor.person.id, wanted.name, wanted.view.address())


def remove_view(desk: Desk, visitor: Visitor, view: str) -> None:
    """Forget a view of one's own.

    Raises:
        NotFoundError: there is none.
    """
    if not desk.world.store.views.remove(visitor.person.id, view):
        raise NotFoundError("There is no such view")
