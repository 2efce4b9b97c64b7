"""How many visits went through a row of steps, in this order.

A step is a path (`/pricing`, with everything below it) or the name of something that was tracked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadengine.database import Connection

MOST_STEPS = 6

_PATH = "coalesce(nullif(substring(e.url from '^https?://[^/?]+([^?]*)'), ''), '/')"
_MATCHED = f"""
WITH matched AS MATERIALIZED (
  SELECT e.visit_id, e.occurred_at, s.number FROM events e
  JOIN unnest(%(steps)s::text[]) WITH ORDINALITY AS s (step, number) ON CASE e.type
    WHEN 'track' THEN e.name = s.step
    WHEN 'page' THEN {_PATH} = s.step
      OR (s.step <> '/' AND starts_with({_PATH}, rtrim(s.step, '/') || '/'))
    ELSE false END
  WHERE e.occurred_at >= %(since)s
)"""  # noqa: S608 - constants; what is asked for are parameters
_FIRST = """
step_1 AS (SELECT visit_id, min(occurred_at) AS at FROM matched WHERE number = 1 GROUP BY 1)"""
_NEXT = """
step_{now} AS (
  SELECT m.visit_id, min(m.occurred_at) AS at FROM matched m JOIN step_{before} b USING (visit_id)
  WHERE m.number = {now} AND m.occurred_at >= b.at GROUP BY 1)"""


@dataclass(frozen=True)
class Step:
    """How many visits got so far; `share` is of those at the first step, `kept` of the one before."""

    name: str
    visits: int
    share: float
    kept: float


def steps_of(text: str) -> tuple[str, ...]:
    """The steps somebody typed, one to a line or between commas; the first six."""
    lines = text.replace(",", "\n").replace("\0", "").splitlines()
    return tuple(filter(None, (line.strip()[:200] for line in lines)))[:MOST_STEPS]


async def funnel(connection: Connection, steps: Sequence[str], since: datetime) -> list[Step]:
    """The visits at each step; runs in a tenant's transaction."""
    if not steps:
        return []
    numbers = range(1, len(steps) + 1)
    parts = [_FIRST, *(_NEXT.format(now=now, before=now - 1) for now in numbers if now > 1)]
    counts = ", ".join(f"(SELECT count(*) FROM step_{number})" for number in numbers)  # noqa: S608
    query = ",".join((_MATCHED, *parts)) + f"\nSELECT {counts}"
    cursor = await connection.execute(query.encode(), {"steps": list(steps), "since": since})
    row = await cursor.fetchone()
    return shares(steps, row or ())


def shares(steps: Sequence[str], visits: Sequence[int]) -> list[Step]:
    """The same with shares between 0 and 1; of nothing, nothing is left."""
    before = [*visits[:1], *visits]
    return [
        Step(name, number, _share(number, visits[0]), _share(number, previous))
        for name, number, previous in zip(steps, visits, before, strict=False)
    ]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
