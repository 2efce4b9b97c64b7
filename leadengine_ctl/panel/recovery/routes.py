"""The recovery points of one client: what there is, a new one, a proof, and the way back."""

from http import HTTPStatus
from typing import get_args

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from leadengine_agent.protocol import Part, Point
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.panel_records import ApprovalRecord
from leadengine_ctl.operations.backups.choosing import RestoreWords, choose
from leadengine_ctl.operations.backups.everybody import plan_backups
from leadengine_ctl.operations.backups.points import read_points
from leadengine_ctl.panel import app, recovering
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.doing import takes_two
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)

_ROWS = 500


@router.get("/backups/new")
def everybody(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """Of whom a point would be taken, and who is left out and why."""
    return page(request, "recovery/everybody.html", plan=plan_backups(desk.world), rows=_ROWS)


@router.post("/backups")
def back_up_all(desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Have them taken."""
    said = form.get("clients", "")
    expected = int(said) if said.isascii() and said.isdigit() else 0
    job = recovering.back_up_all(desk.world_of(visitor), expected)
    return go_to(f"/operations/{job.id}")


@router.get("/clients/{client}/points")
def points(request: Request, desk: DeskOf, visitor: Signed, client: str) -> Response:
    """What its host's catalogue has right now."""
    return _page(request, desk, visitor, client)


@router.post("/clients/{client}/backup")
def backup(desk: DeskOf, visitor: Signed, client: str) -> Response:
    """A recovery point now."""
    return go_to(f"/operations/{recovering.back_up(desk.world_of(visitor), client).id}")


@router.post("/clients/{client}/verify")
def verify(desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """Prove a point, or the newest and an older one."""
    job = recovering.prove(desk.world_of(visitor), client, form.get("point") or None)
    return go_to(f"/operations/{job.id}")


@router.post("/clients/{client}/restore/plan")
def plan(request: Request, desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """What would be replaced, before anything is."""
    try:
        choice = choose(desk.world_of(visitor), _wanted(client, form))
    except (LeadEngineError, ValidationError) as error:
        return _page(request, desk, visitor, client, _words(error))
    wanted = {name: form[name] for name in ("only", "undo") if form.get(name)}
    if choice.point and "undo" not in wanted:
        # What is agreed to is what is done, also when a newer point comes in between.
        wanted["point"] = choice.point.id
    return page(
        request,
        "recovery/plan.html",
        client=client,
        plan=choice.plan,
        form=wanted,
        parts=() if "undo" in wanted else get_args(Part),
        two_persons=takes_two(desk.world, "restore"),
    )


@router.post("/clients/{client}/restore")
def restore(request: Request, desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """Go back to a point."""
    confirm = form.get("confirm", "").strip()
    try:
        asked = recovering.restore(desk.world_of(visitor), _wanted(client, form), confirm)
    except (LeadEngineError, ValidationError) as error:
        return _page(request, desk, visitor, client, _words(error))
    if isinstance(asked, ApprovalRecord):
        return go_to(f"/clients/{client}?asked=1")
    return go_to(f"/operations/{asked.id}")


def _wanted(client: str, form: dict[str, str]) -> RestoreWords:
    """What a form says; a field that was left empty says nothing."""
    said = {name: form[name] for name in ("point", "only") if form.get(name)}
    return RestoreWords.model_validate({"client": client, "undo": bool(form.get("undo")), **said})


def _page(
    request: Request, desk: Desk, visitor: Visitor, client: str, problem: str = ""
) -> Response:
    record = desk.world.store.clients.get(client)
    found, silence = _found(desk, visitor, client)
    return page(
        request,
        "recovery/points.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        record=record,
        points=found,
        problem=problem or silence,
        undo=any(each.reason == "before-restore" and each.is_good for each in found),
    )


def _found(desk: Desk, visitor: Visitor, client: str) -> tuple[tuple[Point, ...], str]:
    """The points, or why nobody knows them."""
    try:
        return read_points(desk.world_of(visitor), client).points, ""
    except LeadEngineError as error:
        return (), _words(error)


def _words(error: LeadEngineError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return app.sentence(error)
    return ". ".join(text.rstrip(".") for text in (error.what, error.why, error.hint) if text) + "."
