"""What happened most since a moment; each call runs in a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime

from leadengine.database import Connection

_ROWS = 10
_QUERIES = {
    "Pages": """
        SELECT coalesce(nullif(substring(url from '^https?://[^/?]+([^?]*)'), ''), '/'), count(*)
        FROM events WHERE type = 'page' AND occurred_at >= %s""",
    "Sources": """
        SELECT coalesce(substring(referrer from '^https?://([^/:?]+)'), 'Direct'), count(*)
        FROM visits WHERE started_at >= %s""",
    "Events": """
        SELECT name, count(*) FROM events
        WHERE type = 'track' AND name <> '' AND occurred_at >= %s""",
}


@dataclass(frozen=True)
class Ranking:
    """The ten most frequent, each with its number."""

    title: str
    rows: list[tuple[str, int]]


async def all_of(connection: Connection, since: datetime) -> list[Ranking]:
    """Pages, sources and events."""
    found = []
    for title, query in _QUERIES.items():
        ordered = f"{query} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s"
        cursor = await connection.execute(ordered.encode(), (since, _ROWS))
        found.append(Ranking(title, await cursor.fetchall()))
    return found
