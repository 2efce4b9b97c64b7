"""How promising a lead is, on two axes of 0 to 100, and why.

Fit is who they are, engagement what they did. What somebody did counts half as much after two
weeks. Each rule gives its reason, so that a person can disagree with it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from leadengine.leads.contact import Contact

ASKED = "asked to be contacted"
"""The reason that is worth telling at once, whatever the score."""
HOT = 70
WARM = 40
HALF_LIFE = timedelta(days=14)
HORIZON = timedelta(days=90)
"""Older signals no longer count: by then they are worth less than a fiftieth."""

_MOST_PAGES_A_DAY = 10
_TALKS_BUSINESS = re.compile(r"/(pricing|prices|plans|quote|valuation)\b", re.IGNORECASE)
_WANTS_CONTACT = re.compile(r"/(contact|demo|book|appointment|get-started)\b", re.IGNORECASE)
_LOOKS_FOR_WORK = re.compile(r"/(careers?|jobs)\b", re.IGNORECASE)
_FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "hotmail.co.uk",
        "live.com",
        "yahoo.com",
        "yahoo.co.uk",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.com",
        "gmx.net",
        "proton.me",
        "protonmail.com",
        "btinternet.com",
        "sky.com",
        "virginmedia.com",
    ]
)


@dataclass(frozen=True)
class Signal:
    """Something the person did."""

    type: str
    name: str
    url: str
    at: datetime


@dataclass(frozen=True)
class Reason:
    """A rule that applied: its words, its points, and whether they are of fit or of engagement."""

    axis: str
    words: str
    points: int


@dataclass(frozen=True)
class Score:
    """The two axes and the reasons, the weightiest first."""

    fit: int
    engagement: int
    reasons: tuple[Reason, ...]

    @property
    def label(self) -> str:
        """One word for both axes."""
        return label_of(self.fit, self.engagement)


def label_of(fit: int, engagement: int) -> str:
    """`hot`, `warm` or `cold`: what somebody did counts twice as much as who they are."""
    total = (fit + 2 * engagement) / 3
    return "hot" if total >= HOT else "warm" if total >= WARM else "cold"


def score(contact: Contact, signals: Sequence[Signal], now: datetime) -> Score:
    """Judge a lead by what is known now."""
    reasons = [*_fit(contact), *_engagement(signals, now)]
    reasons.sort(key=lambda reason: -abs(reason.points))
    return Score(_sum(reasons, "fit"), _sum(reasons, "engagement"), tuple(reasons))


def _sum(reasons: Iterable[Reason], axis: str) -> int:
    return max(0, min(100, sum(reason.points for reason in reasons if reason.axis == axis)))


def _fit(contact: Contact) -> Iterable[Reason]:
    if contact.domain in _FREE_MAIL:
        yield Reason("fit", "writes from a private mailbox", 10)
    else:
        yield Reason("fit", f"writes from {contact.domain}", 50)
    if contact.company:
        yield Reason("fit", f"works for {contact.company}", 25)
    if contact.phone:
        yield Reason("fit", "left a telephone number", 25)


def _engagement(signals: Sequence[Signal], now: datetime) -> Iterable[Reason]:
    yield Reason("engagement", "said who they are", 20)
    yield from _best(signals, now, ASKED, 50, _asks)
    yield from _best(signals, now, "looked at prices", 25, _reads(_TALKS_BUSINESS))
    yield from _best(signals, now, "looked for a way to get in touch", 15, _reads(_WANTS_CONTACT))
    yield from _best(signals, now, "looked at job offers", -30, _reads(_LOOKS_FOR_WORK))
    yield from _reading(signals, now)


def _asks(signal: Signal) -> bool:
    return signal.type == "track" and signal.name in ("Lead Submitted", "Demo Requested")


def _reads(pages: re.Pattern[str]) -> Callable[[Signal], bool]:
    def matches(signal: Signal) -> bool:
        return signal.type == "page" and bool(pages.search(urlsplit(signal.url).path))

    return matches


def _best(
    signals: Sequence[Signal],
    now: datetime,
    words: str,
    points: int,
    rule: Callable[[Signal], bool],
) -> Iterable[Reason]:
    """What was done several times counts once, as of the last time."""
    last = max((signal.at for signal in signals if rule(signal)), default=None)
    weighed = round(points * _weight(last, now)) if last else 0
    if weighed:
        yield Reason("engagement", words, weighed)


def _reading(signals: Sequence[Signal], now: datetime) -> Iterable[Reason]:
    """Pages read, of each day the first ten."""
    days = Counter(signal.at.date() for signal in signals if signal.type == "page")
    points = sum(
        2 * min(pages, _MOST_PAGES_A_DAY) * _weight(_noon(day), now) for day, pages in days.items()
    )
    if round(points):
        words = f"pages read: {days.total()}"
        yield Reason("engagement", words, min(40, round(points)))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _weight(at: datetime, now: datetime) -> float:
    age = max(timedelta(0), now - at)
    return float(0.5 ** (age / HALF_LIFE))
