"""One page of what visitors do: how many, from where, what they read, and the way they took."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from leadengine.accounts.signed_in import Person, SignedIn
from leadengine.dashboard.chart import draw
from leadengine.dashboard.funnel_queries import funnel
from leadengine.dashboard.funnels import Step
from leadengine.dashboard.insight_queries import Numbers, numbers
from leadengine.dashboard.pages import page
from leadengine.dashboard.periods import PERIODS, Span
from leadengine.dashboard.tables import MOST_ROWS, as_csv
from leadengine.dashboard.view import DIMENSIONS, View
from leadengine.dashboard.words import Delta
from leadengine.services import Services, ServicesOf
from leadengine.tracking import drop_store

router = APIRouter()


@router.get("/insights")
async def insights(request: Request, services: ServicesOf, person: SignedIn) -> Response:
    """The address holds all that was chosen, so a view can be kept and sent."""
    view, now = View.of(request.query_params), datetime.now(UTC)
    span = view.period.span(now)
    found, before, steps, drops = await asyncio.gather(
        _numbers(services, person, view, span, tuple(DIMENSIONS)),
        _numbers(services, person, view, span.before(view.period.length), ()),
        _funnel(services, person, view, span),
        _drops(services, person, span),
    )
    deltas = {
        "Visits": Delta(found.visits, before.visits),
        "Visitors": Delta(found.visitors, before.visitors),
        "Page views": Delta(found.pages, before.pages),
    }
    return page(
        request,
        services,
        "insights.html",
        person=person,
        view=view,
        periods=PERIODS.values(),
        deltas=deltas,
        chart=draw(found.steps, view.period, now, _shifted(before, view)),
        rankings=found.rankings,
        dimensions=DIMENSIONS,
        funnel=steps,
        drops=drops,
        dropped=sum(drops.values()),
    )


@router.get("/insights.csv")
async def table(
    request: Request, services: ServicesOf, person: SignedIn, kind: str = "page"
) -> Response:
    """One ranking, whole."""
    view = View.of(request.query_params)
    chosen = kind if kind in DIMENSIONS else "page"
    span = view.period.span(datetime.now(UTC))
    async with services.database.tenant(person.tenant) as connection:
        found = await numbers(connection, view, span, (chosen,), MOST_ROWS)
    return as_csv(chosen, (DIMENSIONS[chosen], "Number"), found.rankings.get(chosen, []))


async def _numbers(
    services: Services, person: Person, view: View, span: Span, kinds: tuple[str, ...]
) -> Numbers:
    async with services.database.tenant(person.tenant) as connection:
        return await numbers(connection, view, span, kinds)


async def _funnel(services: Services, person: Person, view: View, span: Span) -> list[Step]:
    async with services.database.tenant(person.tenant) as connection:
        return await funnel(connection, view, span)


async def _drops(services: Services, person: Person, span: Span) -> dict[str, int]:
    async with services.database.tenant(person.tenant) as connection:
        return await drop_store.since(connection, span.begin.date())


def _shifted(before: Numbers, view: View) -> dict[datetime, int]:
    """The steps of the period before, laid over those of this one."""
    return {moment + view.period.length: number for moment, number in before.steps.items()}
