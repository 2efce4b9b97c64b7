"""The numbers of a view; each call runs in a tenant's transaction.

Without filters, whole days are added up from `day_counts`. With filters, or by the hour, the visits
themselves are counted; events are not looked at. A page counts once for each visit that read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from leadengine.dashboard.periods import Span
from leadengine.dashboard.view import DIMENSIONS, Filter, View
from leadengine.database import Connection

ROWS = 10

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
_WITHIN = "FROM visits WHERE started_at >= %(begin)s AND started_at < %(end)s {where}"
_SUMS = f"SELECT count(*), count(DISTINCT visitor), coalesce(sum(pages), 0)::bigint {_WITHIN}"
_SETS = f"""
SELECT {{names}} step, count(*) FROM (
  SELECT {", ".join(_OF_VISITS)}, date_trunc('{{unit}}', started_at, 'UTC') AS step {_WITHIN}
) AS seen GROUP BY GROUPING SETS ((step){{sets}})
"""  # noqa: S608 - names of our own columns; values are parameters
_NAMES = f"""
SELECT name, count(*) FROM (SELECT unnest({{column}}) AS name {_WITHIN}) AS seen
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(rows)s
"""  # noqa: S608 - names of our own columns; values are parameters
_COMPANIES = """
SELECT company, count(*) FROM visits
WHERE company <> '' AND started_at >= %(begin)s AND started_at < %(end)s
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(rows)s
"""

Ranking = list[tuple[str, int]]


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
    if view.filters or view.period.unit == "hour":
        return await _counted(connection, view, span, kinds, rows)
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


async def _counted(
    connection: Connection, view: View, span: Span, kinds: Sequence[str], rows: int
) -> Numbers:
    where, values = conditions(view.filters)
    given = {**values, **vars(span), "rows": rows}
    sums = await _all(connection, _SUMS.format(where=where), given)
    found = Numbers(*sums[0])
    single = [kind for kind in kinds if kind in _OF_VISITS]
    sets = "".join(f", ({kind})" for kind in single)
    names = "".join(f"{kind}, " for kind in single)
    query = _SETS.format(unit=view.period.unit, where=where, sets=sets, names=names)
    for *values_, step, number in await _all(connection, query, given):
        if step is not None:
            found.steps[step] = number
        for kind, name in zip(single, values_, strict=True):
            if name:
                found.rankings.setdefault(kind, []).append((name, number))
    for ranking in found.rankings.values():
        ranking.sort(key=lambda row: (-row[1], row[0]))
        del ranking[rows:]
    for kind in (kind for kind in kinds if kind in _LISTS):
        query = _NAMES.format(column=_LISTS[kind], where=where)
        found.rankings[kind] = await _all(connection, query, given)
    return found


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
