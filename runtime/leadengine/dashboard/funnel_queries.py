"""Funnels, counted: packed days in memory, the others where their events lie."""

from datetime import date, timedelta
from operator import add

from leadengine.dashboard.funnels import Step, shares
from leadengine.dashboard.insight_queries import conditions
from leadengine.dashboard.periods import Span, spans_of
from leadengine.dashboard.view import View
from leadengine.database import Connection
from leadengine.insight import store
from leadengine.insight.counting import count_steps, fulfilling

_MATCH = """
SELECT visit_id, occurred_at, {number} AS number FROM events
WHERE type = '{type}' AND {condition} AND occurred_at >= %(begin)s AND occurred_at < %(end)s"""
_IS = "subject = %(step_{number})s"
# Apart from what is equal, so that the index answers both.
_IS_BELOW = "starts_with(subject, %(below_{number})s)"
_FIRST = """
step_1 AS (
  SELECT visit_id, min(occurred_at) AS at FROM matched {chosen}
  WHERE number = 1 GROUP BY 1)"""
_NEXT = """
step_{now} AS (
  SELECT m.visit_id, min(m.occurred_at) AS at FROM matched m JOIN step_{before} b USING (visit_id)
  WHERE m.number = {now} AND m.occurred_at >= b.at GROUP BY 1)"""
# Both are whole tables in memory by then, which is faster than asking for each visit's events.
_CHOSEN = """chosen AS MATERIALIZED (
  SELECT id FROM visits
  WHERE started_at >= %(since)s AND started_at < %(before)s {where}), """
_IN_CHOSEN = "JOIN chosen ON chosen.id = visit_id"
_NO_LOOPS = "SET LOCAL enable_nestloop = off"
"""What is filtered by a page is taken for rare, and each of it would go through all that matched."""
_A_DAY = timedelta(days=1)


async def funnel(connection: Connection, view: View, span: Span) -> list[Step]:
    """The visits at each step of the view; runs in a tenant's transaction."""
    if not view.steps:
        return []
    reached = None if view.period.unit == "hour" else await _by_days(connection, view, span)
    if reached is None:
        # Of the visits that were under way when the span began, too.
        begun = Span(span.begin - _A_DAY, span.end) if view.filters else None
        reached = await _counted(connection, view, span, begun)
    return shares(view.steps, reached)


async def _by_days(connection: Connection, view: View, span: Span) -> list[int] | None:
    """A visit belongs to the day it began; None when no day is packed."""
    filters = {one.kind: one.value for one in view.filters}
    parts: tuple[store.Part, ...] = ("trails", "visits") if filters else ("trails",)
    reached, packed = [0] * len(view.steps), set[date]()
    async for day, (trails, *visits) in store.read(connection, *span.days, *parts):
        packed.add(day)
        chosen = fulfilling(visits[0], filters) if visits else None
        numbers = count_steps(trails, chosen, view.steps)
        reached = list(map(add, reached, numbers))
    if not packed:
        return None
    for part in spans_of(set(await store.visited(connection, *span.days)) - packed):
        events = Span(part.begin, part.end + _A_DAY)
        numbers = await _counted(connection, view, events, part)
        reached = list(map(add, reached, numbers))
    return reached


async def _counted(
    connection: Connection, view: View, events: Span, begun: Span | None
) -> list[int]:
    """The visits whose events of a span are the steps, in this order.

    Args:
        begun: when the visits have to have begun, and then to fulfil the filters; None: any.
    """
    where, values = conditions(view.filters)
    given: dict[str, object] = {**vars(events), **values}
    head = "WITH "
    if begun:
        given |= {"since": begun.begin, "before": begun.end}
        head += _CHOSEN.format(where=where)
    matched = []
    for number, step in enumerate(view.steps, 1):
        given |= {f"step_{number}": step, f"below_{number}": step.rstrip("/") + "/"}
        matched += _matches(number, step)
    numbers = range(1, len(view.steps) + 1)
    first = _FIRST.format(chosen=_IN_CHOSEN if begun else "")
    steps = (first, *(_NEXT.format(now=now, before=now - 1) for now in numbers if now > 1))
    counts = ", ".join(f"(SELECT count(*) FROM step_{number})" for number in numbers)  # noqa: S608
    head += f"matched AS MATERIALIZED ({' UNION ALL '.join(matched)})"
    query = ",".join((head, *steps)) + f"\nSELECT {counts}"
    await connection.execute(_NO_LOOPS)
    cursor = await connection.execute(query.encode(), given)
    return list(await cursor.fetchone() or ())


def _matches(number: int, step: str) -> list[str]:
    """What finds the events of a step; a path stands for what is below it, too, except `/`."""
    kind = "page" if step.startswith("/") else "track"
    conditions = [_IS, _IS_BELOW] if kind == "page" and step != "/" else [_IS]
    return [
        _MATCH.format(number=number, type=kind, condition=one.format(number=number))
        for one in conditions
    ]
