"""The link to the payment server, from a client's page. What it buys and owes is a section there."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadengine_ctl.billing.registry import open_server
from leadengine_ctl.operations.billing.portal import open_portal
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)


@router.post("/clients/{client}/billing/portal")
def portal(request: Request, desk: DeskOf, visitor: Signed, client: str) -> Response:
    """A link by which whoever has it sees and pays the client's bills."""
    link = open_portal(desk.world_of(visitor), open_server(desk.world.settings), client)
    return page(request, "billing/portal.html", client=client, address=link)
