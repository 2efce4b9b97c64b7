"""What a client buys and owes, for programs."""

from fastapi import APIRouter

from leadengine_ctl.billing.registry import open_server
from leadengine_ctl.fleet.billing_records import InvoiceRecord, Money, SubscriptionRecord
from leadengine_ctl.operations.billing.portal import open_portal
from leadengine_ctl.operations.billing.show import read_bill
from leadengine_ctl.panel.api.models import Answer
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["billing"])


class CostAnswer(Answer):
    """What a client costs, in the currency it is paid in."""

    what: str
    amount: Money


class BillAnswer(Answer):
    """By our books. `standing`: what the stack is to be; `worse_at`: seconds since 1970, if nothing is paid.
    `told`: what the stack was told of it, or nothing.

    Amounts are in the smallest unit of their currency.
    """

    client: str
    plan: str
    customer: str
    standing: str
    why: str
    worse_at: float | None
    told: str
    subscription: SubscriptionRecord | None
    invoices: tuple[InvoiceRecord, ...]
    costs: tuple[CostAnswer, ...]


class PortalAnswer(Answer):
    """A link, good for minutes, for whoever has it."""

    url: str


@router.get("/clients/{client}/billing")
def bill(desk: DeskOf, visitor: Signed, client: str) -> BillAnswer:
    """What a client buys, owes and costs."""
    found = read_bill(desk.world, client)
    return BillAnswer(
        client=found.client,
        plan=found.plan,
        customer=found.customer,
        standing=found.verdict.standing,
        why=found.verdict.why,
        worse_at=found.verdict.next_at,
        told=found.told,
        subscription=found.subscription,
        invoices=found.invoices,
        costs=tuple(CostAnswer(what=each.what, amount=each.amount) for each in found.costs),
    )


@router.post("/clients/{client}/billing/portal")
def portal(desk: DeskOf, visitor: Signed, client: str) -> PortalAnswer:
    """A link by which a client sees its bills, pays, and leaves a card."""
    server = open_server(desk.world.settings)
    return PortalAnswer(url=open_portal(desk.world_of(visitor), server, client))
