"""What needs a second person."""

import time

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadengine_ctl.errors import UsageError
from leadengine_ctl.panel import doing
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)


@router.get("/approvals")
def approvals(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """What waits for an answer, and what was answered."""
    found = desk.world.store.approvals.recent(100)
    return page(request, "approvals/approvals.html", found=found, now=time.time())


@router.post("/approvals/{approval}/{answer}")
def respond(desk: DeskOf, visitor: Signed, approval: str, answer: str) -> Response:
    """Agree, or refuse."""
    if answer not in {"agree", "refuse"}:
        raise UsageError("One agrees or refuses")
    job = doing.answer_approval(desk.world_of(visitor), approval, agreed=answer == "agree")
    return go_to(f"/operations/{job.id}" if job else "/approvals")
