"""Rollouts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from leadengine_ctl.fleet.records import RolloutRecord
from leadengine_ctl.operations.rollouts import plans
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.panel import doing
from leadengine_ctl.panel.api.models import (
    Asked,
    LeftOut,
    PlanAnswer,
    PlannedTarget,
    RolloutAnswer,
    RolloutDetail,
    Rollouts,
    TargetAnswer,
)
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["rollouts"])


@router.get("/rollouts")
def rollouts(
    desk: DeskOf, visitor: Signed, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> Rollouts:
    """The last rollouts, newest first."""
    ledger = desk.world.store.rollouts
    records = ledger.recent(limit)
    if visitor.scope is not None:
        records = tuple(
            each
            for each in records
            if all(visitor.person.may_touch(one.client) for one in ledger.targets(each.id))
        )
    return Rollouts(rollouts=tuple(_answer(each) for each in records))


@router.post("/rollouts/plan")
def plan(desk: DeskOf, visitor: Signed, wanted: RolloutRequest) -> PlanAnswer:
    """Who would be brought where, in which wave, and who is left out and why. Nothing is changed."""
    planned = plans.plan_rollout(desk.world_of(visitor), wanted)
    return PlanAnswer(
        targets=tuple(
            PlannedTarget(
                client=each.client,
                host=each.host,
                wave=each.wave,
                current=each.current,
                path=each.path,
            )
            for each in planned.targets
        ),
        skipped=tuple(
            LeftOut(client=each.client, host=each.host, current=each.current, why=each.why)
            for each in planned.skipped
        ),
    )


@router.post("/rollouts", status_code=202)
def start(desk: DeskOf, visitor: Signed, wanted: RolloutRequest) -> Asked:
    """Begin a rollout."""
    return Asked(rollout=doing.start_rollout(desk.world_of(visitor), wanted))


@router.get("/rollouts/{rollout}")
def rollout(desk: DeskOf, visitor: Signed, rollout: str) -> RolloutDetail:
    """A rollout, and how far each client is."""
    ledger = desk.world.store.rollouts
    record = ledger.get(rollout)
    return RolloutDetail(
        rollout=_answer(record),
        targets=tuple(
            TargetAnswer(
                to=each.to, **each.model_dump(exclude={"rollout", "number", "path", "hops"})
            )
            for each in ledger.targets(rollout)
        ),
    )


@router.post("/rollouts/{rollout}/{word}", status_code=202)
def tell(
    desk: DeskOf, visitor: Signed, rollout: str, word: Literal["pause", "resume", "abort"]
) -> Asked:
    """Pause, resume or abort a rollout, wherever it runs."""
    doing.tell_rollout(desk.world_of(visitor), rollout, word)
    return Asked(rollout=rollout)


def _answer(record: RolloutRecord) -> RolloutAnswer:
    return RolloutAnswer(**record.model_dump(exclude={"params", "wanted", "runner"}))
