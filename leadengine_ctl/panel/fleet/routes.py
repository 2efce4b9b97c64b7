"""The fleet page: every client, green or red."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.operations.base import World
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.drawing import sparkline
from leadengine_ctl.panel.fleet.index import Row
from leadengine_ctl.panel.fleet.view import PER_PAGE, View
from leadengine_ctl.panel.pages import page
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(include_in_schema=False)

_TREND_DAYS = 14


@router.get("/")
def fleet(
    request: Request, desk: DeskOf, visitor: Signed, view: Annotated[View, Query()]
) -> Response:
    """A page of the view; numbers in the filters count what the other filters leave."""
    now, everybody = time.time(), desk.index.rows(visitor.scope)
    found = [row for row in everybody if view.shows(row, now)]
    healths = Counter(row.health.value for row in found)
    shown = view.ordered([row for row in found if view.health in {"", row.health.value}])
    pages = max(1, -(-len(shown) // PER_PAGE))
    at = min(view.page, pages)
    rows = shown[(at - 1) * PER_PAGE : at * PER_PAGE]
    return page(
        request,
        "fleet/fleet.html",
        view=view,
        saved=desk.world.store.views.of(visitor.person.id),
        rows=rows,
        trends=_trends(desk.world, rows),
        everybody=len(everybody),
        total=len(shown),
        healths=healths,
        pages=pages,
        at=at,
        first=(at - 1) * PER_PAGE + 1,
        newest=newest_release(desk.world),
        now=now,
        going_on=desk.world.store.rollouts.going_on() if visitor.scope is None else (),
    )


def newest_release(world: World) -> str:
    """The release that is on offer; empty: none is published."""
    try:
        return world.library.newest().release.version
    except LeadEngineError:
        return ""


def _trends(world: World, rows: list[Row]) -> dict[str, str]:
    """Client -> the line of its visitors in the last fortnight, as the points of an SVG."""
    today = datetime.now(UTC).date()
    days = [str(today - timedelta(days=back)) for back in range(_TREND_DAYS - 1, -1, -1)]
    slugs = [row.slug for row in rows]
    counts = world.store.overview.visitors_by_day(slugs, days[0])
    return {
        client: sparkline([by_day.get(day, 0) for day in days]) for client, by_day in counts.items()
    }
