"""How many visits went through a row of steps, in this order.

A step is a path (`/pricing`, with everything below it) or the name of something that was tracked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadengine.dashboard.periods import Span
from leadengine.database import Connection

MOST_STEPS = 6

_MATCH = """
SELECT visit_id, occurred_at, {number} AS number FROM events
WHERE type = '{type}' AND {condition} AND occurred_at >= %(begin)s AND occurred_at < %(end)s"""
_IS = "subject = %(step_{number})s"
# Apart from what is equal, so that the index answers both.
_IS_BELOW = "starts_with(subject, %(below_{number})s)"
_FIRST = """
step_1 AS (SELECT visit_id, min(occurred_at) AS at FROM matched {chosen} WHERE number = 1 GROUP BY 1)"""
_NEXT = """
step_{now} AS (
  SELECT m.visit_id, min(m.occurred_at) AS at FROM matched m JOIN step_{before} b USING (visit_id)
  WHERE m.number = {now} AND m.occurred_at >= b.at GROUP BY 1)"""
# Both are whole tables in memory by then, which is faster than asking for each visit's events.
_CHOSEN = """chosen AS MATERIALIZED (
  SELECT id FROM visits
  WHERE started_at >= %(begin)s - interval '1 day' AND started_at < %(end)s {where}), """
_IN_CHOSEN = "JOIN chosen ON chosen.id = visit_id"


@dataclass(frozen=True)
class Step:
    """How many visits got so far; `share` is of those at the first step, `kept` of the one before."""

    name: str
    visits: int
    share: float
    kept: float

    @property
    def lost(self) -> float:
        """The share of the step before that went no further."""
        return 1 - self.kept


def steps_of(text: str) -> tuple[str, ...]:
    """The steps somebody typed, one to a line or between commas; the first six."""
    lines = text.replace(",", "\n").replace("\0", "").splitlines()
    return tuple(filter(None, (line.strip()[:200] for line in lines)))[:MOST_STEPS]


async def funnel(
    connection: Connection,
    steps: Sequence[str],
    span: Span,
    where: str = "",
    values: Mapping[str, str] | None = None,
) -> list[Step]:
    """The visits at each step; runs in a tenant's transaction.

    Args:
        where: what a visit has to fulfil, of our own making; `values` are its parameters.
    """
    if not steps:
        return []
    given: dict[str, object] = {**vars(span), **(values or {})}
    matched = []
    for number, step in enumerate(steps, 1):
        given |= {f"step_{number}": step, f"below_{number}": step.rstrip("/") + "/"}
        matched += _matches(number, step)
    numbers = range(1, len(steps) + 1)
    first = _FIRST.format(chosen=_IN_CHOSEN if where else "")
    parts = [first, *(_NEXT.format(now=now, before=now - 1) for now in numbers if now > 1)]
    counts = ", ".join(f"(SELECT count(*) FROM step_{number})" for number in numbers)  # noqa: S608
    head = "WITH " + (_CHOSEN.format(where=where) if where else "")
    head += f"matched AS MATERIALIZED ({' UNION ALL '.join(matched)})"
    query = ",".join((head, *parts)) + f"\nSELECT {counts}"
    cursor = await connection.execute(query.encode(), given)
    return shares(steps, await cursor.fetchone() or ())


def _matches(number: int, step: str) -> list[str]:
    """What finds the events of a step; a path stands for what is below it, too, except `/`."""
    kind = "page" if step.startswith("/") else "track"
    conditions = [_IS, _IS_BELOW] if kind == "page" and step != "/" else [_IS]
    return [
        _MATCH.format(number=number, type=kind, condition=one.format(number=number))
        for one in conditions
    ]


def shares(steps: Sequence[str], visits: Sequence[int]) -> list[Step]:
    """The same with shares between 0 and 1; of nothing, nothing is left."""
    before = [*visits[:1], *visits]
    return [
        Step(name, number, _share(number, visits[0]), _share(number, previous))
        for name, number, previous in zip(steps, visits, before, strict=False)
    ]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
