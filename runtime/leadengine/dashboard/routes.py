"""The pages behind the sign-in, and the brand's style sheet."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import queries
from leadengine.dashboard.chart import draw
from leadengine.dashboard.pages import page
from leadengine.dashboard.periods import FORTNIGHT, PERIODS
from leadengine.dashboard.snippet import bare_tag, loader
from leadengine.services import ServicesOf
from leadengine.tracking import drop_store

router = APIRouter()

_ROWS = 50


@router.get("/")
async def visits(
    request: Request, services: ServicesOf, person: SignedIn, period: str = FORTNIGHT.name
) -> Response:
    """Recent visits and how many there were."""
    chosen = PERIODS.get(period, FORTNIGHT)
    now = datetime.now(UTC)
    since = chosen.starts(now)[0]
    async with services.database.tenant(person.tenant) as connection:
        recent = await queries.recent_visits(connection, _ROWS)
        totals = await queries.totals(connection, since)
        counts = await queries.visits_by_step(connection, chosen, since)
        drops = await drop_store.since(connection, since.date())
    return page(
        request,
        services,
        "visits.html",
        person=person,
        recent=recent,
        totals=totals,
        drops=drops,
        dropped=sum(drops.values()),
        chart=draw(counts, chosen, now),
        period=chosen,
        periods=PERIODS.values(),
        tag=bare_tag(services.settings.origin),
    )


@router.get("/install")
async def install(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """Both forms of the snippet."""
    settings = services.settings
    return page(
        request,
        services,
        "install.html",
        person=person,
        tag=bare_tag(settings.origin),
        loader=loader(settings.origin, settings.client_id),
        client_id=settings.client_id,
    )


@router.get("/brand.css")
async def brand(services: ServicesOf) -> Response:
    """The client's colour, in shades that can be read."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(services.brand.stylesheet(), media_type="text/css", headers=headers)
