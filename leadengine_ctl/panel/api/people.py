"""Who one is, and what everybody did."""

from typing import Annotated

from fastapi import APIRouter, Query

from leadengine_ctl.panel.api.models import AuditAnswer, Me, Trail
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["people"])


@router.get("/me")
def me(desk: DeskOf, visitor: Signed) -> Me:
    """Whose token this is, and what it may."""
    return Me(email=visitor.person.email, role=visitor.role, clients=visitor.scope, panel=desk.url)


@router.get("/audit")
def audit(
    desk: DeskOf,
    visitor: Signed,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> Trail:
    """The audit trail, newest first."""
    found = desk.world.store.audit.recent(limit, before)
    return Trail(entries=tuple(AuditAnswer(**each.model_dump()) for each in found))
