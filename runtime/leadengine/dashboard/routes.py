"""The first page behind the sign-in, and the brand's style sheet."""

import asyncio
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard import lead_queries, queries, today_queries
from leadengine.dashboard.chart import draw
from leadengine.dashboard.insight_queries import Numbers, numbers
from leadengine.dashboard.lead_queries import Wanted
from leadengine.dashboard.pages import page
from leadengine.dashboard.periods import PERIODS, WEEK
from leadengine.dashboard.snippet import bare_tag
from leadengine.dashboard.tables import MOST_ROWS, as_csv
from leadengine.dashboard.view import View
from leadengine.dashboard.words import Delta
from leadengine.services import Services, ServicesOf
from leadengine.tracking import drop_store

router = APIRouter()

_ROWS = 20
_HOT = 5


@router.get("/")
async def today(
    request: Request, services: ServicesOf, person: SignedIn, period: str = WEEK.name
) -> Response:
    """What is new, what waits, what changed, and who was here."""
    chosen, moment = PERIODS.get(period, WEEK), datetime.now(UTC)
    span = chosen.span(moment)
    found, numbers_, hot = await asyncio.gather(
        _overview(services, person, moment),
        _numbers(services, person, View(chosen), moment),
        _hot(services, person),
    )
    async with services.database.tenant(person.tenant) as connection:
        recent = await queries.recent_visits(connection, _ROWS)
        drops = await drop_store.since(connection, span.begin.date())
    now, changed = found
    return page(
        request,
        services,
        "today.html",
        person=person,
        now=now,
        changed=changed,
        hot=hot,
        recent=recent,
        numbers=numbers_,
        drops=drops,
        dropped=sum(drops.values()),
        chart=draw(numbers_.steps, chosen, moment),
        period=chosen,
        periods=PERIODS.values(),
        tag=bare_tag(services.settings.script_origin),
    )


@router.get("/visits.csv")
async def visits(services: ServicesOf, person: SignedIn) -> Response:
    """The latest visits as a table to keep."""
    async with services.database.tenant(person.tenant) as connection:
        recent = await queries.recent_visits(connection, MOST_ROWS)
    head = ("Began", "Visitor", "Pages", "Landing page", "Source", "Company", "Device")
    rows = (
        (v.started_at, v.visitor, v.pages, v.landing_url, v.source, v.company, v.device)
        for v in recent
    )
    return as_csv("visits", head, rows)


async def _overview(
    services: Services, person: Person, moment: datetime
) -> tuple[today_queries.Now, dict[str, Delta]]:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    week = timedelta(days=7)
    end = midnight + timedelta(days=1)
    async with services.database.tenant(person.tenant) as connection:
        now = await today_queries.right_now(connection)
        changed = await today_queries.changed(connection, end - 2 * week, end - week, end)
    return now, changed


async def _numbers(services: Services, person: Person, view: View, moment: datetime) -> Numbers:
    async with services.database.tenant(person.tenant) as connection:
        return await numbers(connection, view, view.period.span(moment), ())


async def _hot(services: Services, person: Person) -> list[lead_queries.Lead]:
    async with services.database.tenant(person.tenant) as connection:
        return await lead_queries.leads(connection, Wanted(label="hot"), limit=_HOT)


@router.get("/brand.css")
async def brand(services: ServicesOf) -> Response:
    """The client's colour, in shades that can be read."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(services.brand.stylesheet(), media_type="text/css", headers=headers)
