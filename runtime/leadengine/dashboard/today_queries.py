"""What is worth knowing today; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime

from leadengine.dashboard.words import Delta
from leadengine.database import Connection

_NOW = """
SELECT (SELECT count(DISTINCT visitor) FROM visits WHERE last_seen_at > now() - interval '5 min'),
       (SELECT count(*) FROM leads WHERE first_seen_at > now() - interval '24 h'),
       (SELECT count(*) FROM leads
        WHERE fit + 2 * engagement >= 210 AND last_seen_at > now() - interval '7 days'),
       (SELECT count(*) FROM turns WHERE NOT answered AND asked_at > now() - interval '7 days')
"""
_CHANGED = """
SELECT (SELECT coalesce(sum(number), 0) FROM day_counts
        WHERE kind = 'visits' AND name = '' AND day >= %(begin)s AND day < %(end)s)::bigint,
       (SELECT count(*) FROM leads WHERE first_seen_at >= %(begin)s AND first_seen_at < %(end)s),
       (SELECT count(*) FROM conversations WHERE started_at >= %(begin)s AND started_at < %(end)s)
"""


@dataclass(frozen=True)
class Now:
    """The four numbers at the top."""

    visitors: int
    new_leads: int
    hot_leads: int
    unanswered: int


async def right_now(connection: Connection) -> Now:
    """Visitors of the last five minutes, leads of a day, hot ones and open questions of a week."""
    cursor = await connection.execute(_NOW)
    return Now(*(await cursor.fetchone() or (0, 0, 0, 0)))


async def changed(
    connection: Connection, begin: datetime, middle: datetime, end: datetime
) -> dict[str, Delta]:
    """Visits, leads and conversations since `middle`, against those from `begin` to it."""
    counts = []
    for span in ((middle, end), (begin, middle)):
        values = dict(zip(("begin", "end"), span, strict=True))
        cursor = await connection.execute(_CHANGED, values)
        counts.append(await cursor.fetchone() or (0, 0, 0))
    names = ("Visits", "Leads", "Conversations")
    return {name: Delta(counts[0][at], counts[1][at]) for at, name in enumerate(names)}
