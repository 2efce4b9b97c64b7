"""A view of the fleet page under a name: kept and forgotten, by pages and the API."""

from typing import Annotated

from pydantic import Field

from leadengine_agent.values import Frozen, Line
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.panel_records import SavedView
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Visitor
from leadengine_ctl.panel.fleet.view import View


class Wanted(Frozen):
    """A name for a view."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    view: View


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
