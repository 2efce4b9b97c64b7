"""What can be done to one client."""

from fastapi import APIRouter
from starlette.responses import Response

from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.panel_records import ApprovalRecord
from leadengine_ctl.operations.configuring import POLICY_KEYS, SPEC_KEYS, read_config
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.panel import doing
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)


@router.post("/clients/{client}/update")
def update(desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """Bring it to the newest release, or to a named one; a failure goes back by itself."""
    world = desk.world_of(visitor)
    world.store.clients.get(client)
    release, retry = form.get("release") or None, "retry" in form
    values = {"clients": (client,), "release": release, "soak": 0, "retry": retry}
    rollout = doing.start_rollout(world, RolloutRequest.model_validate(values))
    return go_to(f"/rollouts/{rollout}")


@router.post("/clients/{client}/rollback")
def rollback(desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """Bring the generation before back, or an earlier one."""
    number = form.get("to", "").strip()
    if (number and not number.isascii()) or (number and not number.isdigit()):
        raise UsageError("A generation is a number")
    job = doing.roll_back(desk.world_of(visitor), client, int(number) if number else None)
    return go_to(f"/operations/{job.id}")


@router.post("/clients/{client}/settings")
def settings(desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """Set what differs from what is set."""
    world = desk.world_of(visitor)
    now = read_config(world.store.clients.get(client))
    wanted = {key: form[key].strip() for key in (*SPEC_KEYS, *POLICY_KEYS) if key in form}
    changes = {key: text for key, text in wanted.items() if text != now[key]["value"]}
    rollout = doing.configure(world, client, changes) if changes else None
    return go_to(f"/rollouts/{rollout}" if rollout else f"/clients/{client}#settings")


@router.post("/clients/{client}/destroy")
def destroy(desk: DeskOf, visitor: Signed, client: str, form: Form) -> Response:
    """Remove it with all its data; a second person has to agree, when the settings say so."""
    asked = doing.destroy(desk.world_of(visitor), client, form.get("confirm", "").strip())
    if isinstance(asked, ApprovalRecord):
        return go_to(f"/clients/{client}?asked=1")
    return go_to(f"/operations/{asked.id}")
