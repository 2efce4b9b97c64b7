"""Recovery points: read, taken, proven, gone back to."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from leadengine_agent.protocol import Part, Point
from leadengine_agent.values import Frozen, PointId
from leadengine_ctl.fleet.panel_records import ApprovalRecord
from leadengine_ctl.operations.backups.choosing import RestoreWords, choose
from leadengine_ctl.operations.backups.everybody import plan_backups
from leadengine_ctl.operations.backups.points import read_points
from leadengine_ctl.panel import recovering
from leadengine_ctl.panel.api.models import Answer, Asked
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["recovery"])


class PointsAnswer(Answer):
    """The points of a client, newest first, as its host's catalogue has them."""

    points: tuple[Point, ...]


class ProofWanted(Frozen):
    """`point` null: the newest and an older one."""

    point: PointId | None = None


class RestoreChoice(Frozen):
    """Where to go back to. `point` null: the newest good one; `only` null: everything."""

    point: Annotated[str, Field(max_length=64)] | None = None
    only: Part | None = None
    undo: bool = False

    def words(self, client: str) -> RestoreWords:
        """As `lectl restore` says it."""
        said = self.model_dump(include={"point", "only", "undo"})
        return RestoreWords.model_validate({"client": client, **said})


class RestoreWanted(RestoreChoice):
    """`confirm`: the client's name once more."""

    confirm: Annotated[str, Field(max_length=100)]


class NotBackedUp(Answer):
    client: str
    why: str


class BackupPlanAnswer(Answer):
    """Of whom points would be taken."""

    clients: tuple[str, ...]
    left_out: tuple[NotBackedUp, ...]


class EverybodyWanted(Frozen):
    """`confirm`: how many clients the plan named."""

    confirm: Annotated[int, Field(ge=0, le=1_000_000)]


class StepPlanned(Answer):
    name: str
    sentence: str


class RestorePlan(Answer):
    """What a restore would do, and what a person should know before. `point`: the one that is meant."""

    title: str
    steps: tuple[StepPlanned, ...]
    notes: tuple[str, ...]
    point: str


@router.post("/backups/plan")
def plan_all(desk: DeskOf, visitor: Signed) -> BackupPlanAnswer:
    """Of whom a point would be taken, and who is left out and why. Nothing is changed, no host is asked."""
    found = plan_backups(desk.world_of(visitor))
    left_out = tuple(NotBackedUp(client=client, why=why) for client, why in found.left_out)
    return BackupPlanAnswer(clients=found.clients, left_out=left_out)


@router.post("/backups", status_code=202)
def backup_all(desk: DeskOf, visitor: Signed, wanted: EverybodyWanted) -> Asked:
    """A recovery point of every client that can have one."""
    job = recovering.back_up_all(desk.world_of(visitor), wanted.confirm)
    return Asked(operation=job.id)


@router.get("/clients/{client}/points")
def points(desk: DeskOf, visitor: Signed, client: str) -> PointsAnswer:
    """The recovery points; its host is asked right now."""
    return PointsAnswer(points=read_points(desk.world_of(visitor), client).points)


@router.post("/clients/{client}/backup", status_code=202)
def backup(desk: DeskOf, visitor: Signed, client: str) -> Asked:
    """A recovery point now."""
    return Asked(operation=recovering.back_up(desk.world_of(visitor), client).id)


@router.post("/clients/{client}/verify", status_code=202)
def verify(desk: DeskOf, visitor: Signed, client: str, wanted: ProofWanted) -> Asked:
    """Restore a point beside the stack, and compare it with its manifest."""
    return Asked(operation=recovering.prove(desk.world_of(visitor), client, wanted.point).id)


@router.post("/clients/{client}/restore/plan")
def plan(desk: DeskOf, visitor: Signed, client: str, wanted: RestoreChoice) -> RestorePlan:
    """What a restore would replace. Nothing is changed."""
    choice = choose(desk.world_of(visitor), wanted.words(client))
    steps = tuple(StepPlanned(**asdict(each)) for each in choice.plan.steps)
    point = choice.point.id if choice.point else ""
    return RestorePlan(title=choice.plan.title, steps=steps, notes=choice.plan.notes, point=point)


@router.post("/clients/{client}/restore", status_code=202)
def restore(desk: DeskOf, visitor: Signed, client: str, wanted: RestoreWanted) -> Asked:
    """Go back to a point; a second person may have to agree, and the host may want a signature."""
    world = desk.world_of(visitor)
    asked = recovering.restore(world, wanted.words(client), wanted.confirm)
    if isinstance(asked, ApprovalRecord):
        return Asked(approval=asked.id)
    return Asked(operation=asked.id)
