"""The numbers of a view; each call runs in a tenant's transaction.

Without filters, whole days are added up from `day_counts`. With filters, or by the hour, the visits
themselves are counted: those of packed days in memory, the others where they lie; events are not
looked at. A page counts once for each visit that read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from leadengine.dashboard.periods import Span, spans_of
from leadengine.dashboard.view import DIMENSIONS, Filter, View
from leadengine.database import Connection
from leadengine.insight import store
from leadengine.insight.counting import Ranking, Tally
from leadengine.insight.packing import identities

ROWS = 10
MOST_NAMES = 100_000
"""So many values of a dimension of one day are added to those of other days."""

_OF_VISITS = tuple(kind for kind in DIMENSIONS if kind not in ("page", "event"))
_LISTS = {"page": "paths", "event": "deeds"}
"""What a visit has several of, and the column with all of them."""

_TOTALS = """
SELECT kind, sum(number)::bigint FROM day_counts
WHERE day >= %(begin)s AND day < %(end)s AND name = '' AND kind IN ('visits', 'visitors', 'pages')
GROUP BY 1
"""
_DAYS = """
SELECT day, number FROM day_counts
WHERE day >= %(begin)s AND day < %(end)s AND kind = 'visits' AND name = ''
"""
_RANKED = """
SELECT kind, name, number FROM (
  SELECT kind, name, sum(number)::bigint AS number,
         row_number() OVER (PARTITION BY kind ORDER BY sum(number) DESC, name) AS place
  FROM day_counts WHERE day >= %(begin)s AND day < %(end)s AND name <> '' AND kind = ANY(%(kinds)s)
  GROUP BY kind, name
) AS ranked WHERE place <= %(rows)s ORDER BY kind, place
"""
# The visits are looked at once; what each has one of is counted in one pass over what was seen.
_SEEN = """
WITH seen AS MATERIALIZED (
  SELECT visitor, pages, date_trunc('{unit}', started_at, 'UTC') AS step{columns} FROM visits
  WHERE started_at >= %(begin)s AND started_at < %(end)s {where}
), grouped AS (
  SELECT CASE {kinds} END AS kind, coalesce({names}) AS name, count(*) AS number
  FROM seen GROUP BY GROUPING SETS ({sets}){lists}
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY kind ORDER BY number DESC, name) AS place
  FROM grouped WHERE name <> ''
)
SELECT 'visits' AS kind, '' AS name, count(*)::bigint AS number FROM seen
UNION ALL SELECT 'visitors', '', count(*) FROM (SELECT DISTINCT visitor FROM seen) AS different
UNION ALL SELECT 'pages', '', coalesce(sum(pages), 0)::bigint FROM seen
UNION ALL (SELECT kind, name, number FROM ranked WHERE kind = 'step' OR place <= %(rows)s
           ORDER BY kind, place)
"""
_IN_MEMORY = "SET LOCAL work_mem = '32MB'"
"""So that what was seen of a quarter is not written to disk in between; until the transaction ends."""
_LIST = """
  UNION ALL SELECT '{kind}', name, count(*) FROM (SELECT unnest({column}) AS name FROM seen) AS named
  GROUP BY 2"""
_VISITORS = """
SELECT DISTINCT visitor FROM visits WHERE started_at >= %(begin)s AND started_at < %(end)s {where}
"""
_COMPANIES = """
SELECT company, count(*) FROM visits
WHERE company <> '' AND started_at >= %(begin)s AND started_at < %(end)s
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(rows)s
"""


@dataclass
class Numbers:
    """Totals, visits by step, and the most frequent values by dimension."""

    visits: int = 0
    visitors: int = 0
    pages: int = 0
    steps: dict[datetime, int] = field(default_factory=dict)
    rankings: dict[str, Ranking] = field(default_factory=dict)


async def numbers(
    connection: Connection, view: View, span: Span, kinds: Sequence[str], rows: int = ROWS
) -> Numbers:
    """Everything for a span: totals, steps, and the rankings of these dimensions."""
    if view.period.unit == "hour":
        return await _counted(connection, view, span, kinds, rows)
    if view.filters:
        return await _by_days(connection, view, span, kinds, rows)
    return await _added_up(connection, span, kinds, rows)


async def _added_up(connection: Connection, span: Span, kinds: Sequence[str], rows: int) -> Numbers:
    values = {"begin": span.begin.date(), "end": span.end.date(), "rows": rows}
    found = Numbers()
    for kind, number in await _all(connection, _TOTALS, values):
        setattr(found, kind, number)
    for day, number in await _all(connection, _DAYS, values):
        found.steps[datetime.combine(day, time(), UTC)] = number
    if kinds:
        for kind, name, number in await _all(connection, _RANKED, {**values, "kinds": list(kinds)}):
            found.rankings.setdefault(kind, []).append((name, number))
    if "company" in kinds:
        # Companies are found after the visit, so no day has counted them.
        between = {**vars(span), "rows": rows}
        found.rankings["company"] = await _all(connection, _COMPANIES, between)
    return found


async def _by_days(
    connection: Connection, view: View, span: Span, kinds: Sequence[str], rows: int
) -> Numbers:
    tally, steps = Tally(), dict[datetime, int]()
    filters = {one.kind: one.value for one in view.filters}
    packed = set[date]()
    async for day, (columns,) in store.read(connection, *span.days, "visits"):
        packed.add(day)
        if number := tally.add(columns, filters, kinds):
            steps[datetime.combine(day, time(), UTC)] = number
    if not packed:
        return await _counted(connection, view, span, kinds, rows)
    others = []
    for part in spans_of(set(await store.visited(connection, *span.days)) - packed):
        loose = await _counted(connection, view, part, kinds, MOST_NAMES)
        tally.merge(loose.visits, loose.pages, loose.rankings)
        steps |= loose.steps
        others += await _visitors(connection, view, part)
    visitors = tally.visitors(identities(others))
    return Numbers(tally.visits, visitors, tally.pages, steps, tally.ranked(kinds, rows))


async def _visitors(connection: Connection, view: View, span: Span) -> list[str]:
    where, values = conditions(view.filters)
    query = _VISITORS.format(where=where)
    return [name for (name,) in await _all(connection, query, {**values, **vars(span)})]


async def _counted(
    connection: Connection, view: View, span: Span, kinds: Sequence[str], rows: int
) -> Numbers:
    where, values = conditions(view.filters)
    given = {**values, **vars(span), "rows": rows}
    await connection.execute(_IN_MEMORY)
    found = Numbers()
    for kind, name, number in await _all(connection, _seen(view, kinds, where), given):
        if kind == "step":
            found.steps[datetime.fromisoformat(name)] = number
        elif kind in DIMENSIONS:
            found.rankings.setdefault(kind, []).append((name, number))
        else:
            setattr(found, kind, number)
    return found


def _seen(view: View, kinds: Sequence[str], where: str) -> str:
    """One query for all: each visit has one value of most dimensions, and several of some."""
    ones = ["step", *(kind for kind in kinds if kind in _OF_VISITS)]
    lists = [kind for kind in kinds if kind in _LISTS]
    return _SEEN.format(
        unit=view.period.unit,
        columns="".join(f", {_LISTS.get(kind, kind)}" for kind in (*ones[1:], *lists)),
        kinds=" ".join(f"WHEN GROUPING({kind}) = 0 THEN '{kind}'" for kind in ones),
        names=", ".join(("step::text", *ones[1:])),
        sets=", ".join(f"({kind})" for kind in ones),
        lists="".join(_LIST.format(kind=kind, column=_LISTS[kind]) for kind in lists),
        where=where,
    )


def conditions(filters: Sequence[Filter]) -> tuple[str, Mapping[str, str]]:
    """What a visit has to fulfil, as the end of a WHERE; kinds are ours, values are parameters."""
    parts, values = [], {}
    for number, one in enumerate(filters):
        name = f"filter_{number}"
        values[name] = one.value
        if one.kind in _LISTS:
            parts.append(f"AND %({name})s = ANY({_LISTS[one.kind]})")
        elif one.kind in _OF_VISITS:
            parts.append(f"AND {one.kind} = %({name})s")
    return " ".join(parts), values


async def _all(connection: Connection, query: str, values: Mapping[str, object]) -> list[tuple]:  # type: ignore[type-arg]
    cursor = await connection.execute(query.encode(), values)
    return await cursor.fetchall()
