"""The audit trail: what was done by the command line, in the panel and by agents."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from leadengine_agent.values import Frozen
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)

_PER_PAGE = 100


class Wanted(Frozen):
    """Which entries; `before`: those with a lower number."""

    actor: str = ""
    subject: str = ""
    action: str = ""
    before: int | None = None
    verify: bool = False


@router.get("/audit")
def audit(
    request: Request, desk: DeskOf, visitor: Signed, wanted: Annotated[Wanted, Query()]
) -> Response:
    """Entries, newest first; on request, whether the chain holds."""
    trail = desk.world.store.audit
    found = trail.recent(
        _PER_PAGE + 1,
        wanted.before,
        actor=wanted.actor,
        subject=wanted.subject,
        action=wanted.action,
    )
    return page(
        request,
        "audit/audit.html",
        found=found[:_PER_PAGE],
        more=found[_PER_PAGE - 1].number if len(found) > _PER_PAGE else None,
        wanted=wanted,
        verdict=trail.verify() if wanted.verify else None,
    )
