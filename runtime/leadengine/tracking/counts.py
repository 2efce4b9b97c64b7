"""Numbers by day, kept beside the events: pages answer from them, and they outlive what they count."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from leadengine.database import Connection
from leadengine.tracking.origins import origin_of, path_of
from leadengine.tracking.queue import Accepted
from leadengine.tracking.visits import Placed, subject_of

Numbers = Counter[tuple[date, str, str]]
"""How often, by day, kind and name; kinds without names are totals."""

OF_VISITS = (
    "source",
    "channel",
    "medium",
    "campaign",
    "entry",
    "device",
    "browser",
    "system",
    "locale",
)
"""The kinds that a visit has one of."""

# In one order, so that two writers never wait for each other in a circle.
_ADD = """
INSERT INTO day_counts (tenant_id, day, kind, name, number)
SELECT %s, day, kind, name, number
FROM unnest(%s::date[], %s::text[], %s::text[], %s::bigint[]) AS r (day, kind, name, number)
ORDER BY day, kind, name
ON CONFLICT (tenant_id, day, kind, name) DO UPDATE
SET number = day_counts.number + excluded.number
"""


def of_visits(placed: Placed) -> Numbers:
    """What a batch adds: visits where they begin, pages and events once for each visit."""
    numbers: Numbers = Counter()
    for visit in placed.begun:
        day = visit.started_at.date()
        numbers[day, "visits", ""] += 1
        for kind in OF_VISITS:
            if name := getattr(visit, kind):
                numbers[day, kind, name] += 1
    for visit in placed.newcomers:
        numbers[visit.started_at.date(), "visitors", ""] += 1
    for event, kind in placed.firsts:
        numbers[event.occurred_at.date(), kind, subject_of(event)] += 1
    for event, _ in placed.events:
        numbers[event.occurred_at.date(), "pages", ""] += event.type == "page"
    return numbers


def of_strangers(events: Iterable[Accepted]) -> Numbers:
    """The same of events without a visitor: whoever comes from elsewhere begins a visit."""
    numbers: Numbers = Counter()
    for event in events:
        if event.visitor or event.type not in ("page", "track"):
            continue
        day = event.occurred_at.date()
        numbers[day, "pages", ""] += event.type == "page"
        numbers[day, "page" if event.type == "page" else "event", subject_of(event)] += 1
        if event.type == "page" and _comes_from_elsewhere(event):
            origin = origin_of(event.url, event.referrer)
            kinds = {**vars(origin), **event.context, "entry": path_of(event.url)}
            numbers[day, "visits", ""] += 1
            for kind in OF_VISITS:
                if name := kinds.get(kind):
                    numbers[day, kind, name] += 1
    return numbers


async def add(connection: Connection, tenant: UUID, numbers: Numbers) -> None:
    """Add to what is there; runs in the transaction that writes the events."""
    if numbers := +numbers:
        days, kinds, names = zip(*numbers, strict=True)
        values = (list(days), list(kinds), list(names), list(numbers.values()))
        await connection.execute(_ADD, (tenant, *values))


def _comes_from_elsewhere(event: Accepted) -> bool:
    return urlsplit(event.referrer).hostname != urlsplit(event.url).hostname
