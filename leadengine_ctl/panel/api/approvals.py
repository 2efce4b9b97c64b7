"""What takes two persons."""

from typing import Literal

from fastapi import APIRouter

from leadengine_ctl.panel import doing
from leadengine_ctl.panel.api.models import Answer, Asked
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["approvals"])

_SHOWN = 100


class ApprovalAnswer(Answer):
    """A request that needs a second person. `expires`: seconds since 1970."""

    id: str
    verb: str
    subject: str
    state: str
    asked_by: str
    asked_at: str
    expires: float
    answered_by: str | None
    answered_at: str | None


class Approvals(Answer):
    approvals: tuple[ApprovalAnswer, ...]


@router.get("/approvals")
def approvals(desk: DeskOf, visitor: Signed) -> Approvals:
    """What waits for an answer, and what was answered, newest first."""
    found = desk.world.store.approvals.recent(_SHOWN)
    hidden = {"params", "job"}
    return Approvals(
        approvals=tuple(ApprovalAnswer(**each.model_dump(exclude=hidden)) for each in found)
    )


@router.post("/approvals/{approval}/{answer}", status_code=202)
def respond(
    desk: DeskOf, visitor: Signed, approval: str, answer: Literal["agree", "refuse"]
) -> Asked:
    """Agree to what somebody else asked for, and have it done; or refuse it."""
    job = doing.answer_approval(desk.world_of(visitor), approval, agreed=answer == "agree")
    return Asked(operation=job.id if job else "")
