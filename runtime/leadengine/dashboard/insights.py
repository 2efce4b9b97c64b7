"""One page of what visitors do: pages, sources, events, and a way through them."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import rankings
from leadengine.dashboard.funnels import funnel, steps_of
from leadengine.dashboard.pages import page
from leadengine.dashboard.periods import FORTNIGHT, PERIODS
from leadengine.services import ServicesOf

router = APIRouter()


@router.get("/insights")
async def insights(
    request: Request,
    services: ServicesOf,
    person: SignedIn,
    period: str = FORTNIGHT.name,
    steps: str = "",
) -> Response:
    """The address holds all that was chosen, so a view can be kept and sent."""
    chosen = PERIODS.get(period, FORTNIGHT)
    since = chosen.starts(datetime.now(UTC))[0]
    wanted = steps_of(steps)
    async with services.database.tenant(person.tenant) as connection:
        ranked = await rankings.all_of(connection, since)
        found = await funnel(connection, wanted, since)
    return page(
        request,
        services,
        "insights.html",
        person=person,
        period=chosen,
        periods=PERIODS.values(),
        steps="\n".join(wanted),
        funnel=found,
        rankings=ranked,
    )
