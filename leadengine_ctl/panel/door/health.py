"""Whether the panel is alive: the database answers."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def health(desk: DeskOf) -> PlainTextResponse:
    """For whatever watches the panel from outside."""
    desk.world.store.jobs.count_open()
    return PlainTextResponse("ok\n")
