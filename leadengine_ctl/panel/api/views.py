"""Views of the fleet that one keeps."""

from fastapi import APIRouter

from leadengine_ctl.panel.api.models import Answer
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.fleet.saving import Wanted, keep_view, remove_view
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["clients"])


class ViewAnswer(Answer):
    """A view under its name. `address`: its words behind the path, for the fleet page and `/clients`."""

    id: str
    name: str
    address: str


class Views(Answer):
    views: tuple[ViewAnswer, ...]


@router.get("/views")
def views(desk: DeskOf, visitor: Signed) -> Views:
    """One's own, by name."""
    found = desk.world.store.views.of(visitor.person.id)
    return Views(views=tuple(ViewAnswer(**each.model_dump()) for each in found))


@router.post("/views", status_code=201)
def keep(desk: DeskOf, visitor: Signed, wanted: Wanted) -> ViewAnswer:
    """Keep a view; another one of the same name is replaced."""
    return ViewAnswer(**keep_view(desk, visitor, wanted).model_dump())


@router.post("/views/{view}/remove", status_code=204)
def remove(desk: DeskOf, visitor: Signed, view: str) -> None:
    """Forget one."""
    remove_view(desk, visitor, view)
