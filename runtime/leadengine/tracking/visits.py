"""From page views to visits: a visitor who is silent for half an hour comes back as a new visit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from leadengine.tracking.origins import origin_of, path_of
from leadengine.tracking.queue import Accepted

SILENCE = timedelta(minutes=30)
MOST_NAMES = 50


@dataclass(frozen=True)
class Visit:
    """What one visitor looked at without a long pause."""

    id: UUID
    visitor: str
    started_at: datetime
    last_seen_at: datetime
    pages: int
    landing_url: str
    landing_title: str
    referrer: str
    source: str = ""
    channel: str = ""
    medium: str = ""
    campaign: str = ""
    click: str = ""
    entry: str = ""
    exit: str = ""
    paths: Sequence[str] = ()
    """The pages that were read, each once, the first fifty."""
    deeds: Sequence[str] = ()
    """What was tracked, likewise."""
    device: str = ""
    browser: str = ""
    system: str = ""
    locale: str = ""
    network: str = ""

    def continues_with(self, event: Accepted) -> bool:
        """Whether `event` is part of this visit; late events count as well."""
        return self.started_at - SILENCE <= event.occurred_at <= self.last_seen_at + SILENCE


@dataclass(frozen=True)
class Placed:
    """Events with the visit each belongs to, and the visits as they are afterwards."""

    events: tuple[tuple[Accepted, UUID], ...]
    visits: tuple[Visit, ...]
    begun: tuple[Visit, ...] = ()
    """Those of the visits that were not there before."""
    newcomers: tuple[Visit, ...] = ()
    """Those of the begun ones whose visitor nobody knew."""
    firsts: tuple[tuple[Accepted, str], ...] = ()
    """Events that were the first of their page (`page`) or name (`event`) in their visit."""


def place(events: Iterable[Accepted], open_visits: Mapping[str, Visit]) -> Placed:
    """Put each event into its visitor's latest visit, or into a new one.

    Args:
        open_visits: the latest visit of each visitor, by visitor.
    """
    latest = dict(open_visits)
    changed: dict[UUID, Visit] = {}
    placed: list[tuple[Accepted, UUID]] = []
    begun: list[Visit] = []
    newcomers: list[Visit] = []
    firsts: list[tuple[Accepted, str]] = []
    for event in sorted(events, key=lambda event: event.occurred_at):
        before = latest.get(event.visitor)
        visit = _extended(before, event)
        if kind := _is_first(event, before if before and before.id == visit.id else None):
            firsts.append((event, kind))
        latest[event.visitor] = changed[visit.id] = visit
        placed.append((event, visit.id))
        if before is None or before.id != visit.id:
            begun.append(visit)
        if before is None:
            newcomers.append(visit)
    visits = tuple(changed.values())
    return Placed(tuple(placed), visits, tuple(begun), tuple(newcomers), tuple(firsts))


def days_of(visits: Iterable[Visit]) -> set[date]:
    """The days on which these may have begun: a late event moves a beginning into the past."""
    return {
        visit.started_at.date() + timedelta(days=number)
        for visit in visits
        for number in range((visit.last_seen_at.date() - visit.started_at.date()).days + 1)
    }


def _is_first(event: Accepted, before: Visit | None) -> str:
    """`page` or `event` when its visit had no such one yet; empty when it had, or had its fifty."""
    kind = {"page": "page", "track": "event"}.get(event.type, "")
    known = () if before is None else before.paths if kind == "page" else before.deeds
    name = subject_of(event)
    return kind if name and name not in known and len(known) < MOST_NAMES else ""


def subject_of(event: Accepted) -> str:
    """What an event is about, in one word: the page that was read, or what was tracked."""
    return path_of(event.url) if event.type == "page" else event.name


def _with(names: Sequence[str], name: str) -> Sequence[str]:
    known = not name or name in names or len(names) >= MOST_NAMES
    return names if known else (*names, name)


def _extended(visit: Visit | None, event: Accepted) -> Visit:
    if visit is None or not visit.continues_with(event):
        return _started(event)
    return replace(
        visit,
        started_at=min(visit.started_at, event.occurred_at),
        last_seen_at=max(visit.last_seen_at, event.occurred_at),
        pages=visit.pages + (event.type == "page"),
        exit=path_of(event.url) if _is_last_page(event, visit) else visit.exit,
        paths=_with(visit.paths, path_of(event.url) if event.type == "page" else ""),
        deeds=_with(visit.deeds, event.name if event.type == "track" else ""),
    )


def _is_last_page(event: Accepted, visit: Visit) -> bool:
    return event.type == "page" and event.occurred_at >= visit.last_seen_at


def _started(event: Accepted) -> Visit:
    # The first event names its visit: whoever writes the same events again makes the same visit.
    path = path_of(event.url)
    return Visit(
        id=event.message_id,
        visitor=event.visitor,
        started_at=event.occurred_at,
        last_seen_at=event.occurred_at,
        pages=int(event.type == "page"),
        landing_url=event.url,
        landing_title=event.title,
        referrer=event.referrer,
        **vars(origin_of(event.url, event.referrer)),
        entry=path,
        exit=path,
        paths=(path,) if event.type == "page" else (),
        deeds=(event.name,) if event.type == "track" and event.name else (),
        **event.context,
    )
