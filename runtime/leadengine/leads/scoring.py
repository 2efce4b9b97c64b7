"""How promising a lead is, on two axes of 0 to 100, and why.

Fit is who they are, engagement what they did. What somebody did counts half as much after two
weeks. Each rule gives its reason, so that a person can disagree with it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from leadengine.leads.contact import Contact
from leadengine.leads.rules import DEFAULT, FADING, Rule

ASKS = frozenset(["Lead Submitted", "Demo Requested"])
"""The events that are worth telling at once, whatever the score."""
HOT = 70
WARM = 40
HALF_LIFE = timedelta(days=14)
HORIZON = timedelta(days=90)
"""Older signals no longer count: by then they are worth less than a fiftieth."""

_MOST_PAGES_A_DAY = 10
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


def score(
    contact: Contact,
    signals: Sequence[Signal],
    now: datetime,
    rules: Sequence[Rule] = DEFAULT.rules,
) -> Score:
    """Judge a lead by what is known now."""
    reasons = [reason for rule in rules if (reason := _apply(rule, contact, signals, now))]
    reasons.sort(key=lambda reason: -abs(reason.points))
    return Score(_sum(reasons, "fit"), _sum(reasons, "engagement"), tuple(reasons))


def has_asked(signals: Iterable[Signal]) -> bool:
    """Whether somebody waits to hear from us, whatever the rules make of it."""
    return any(signal.type == "track" and signal.name in ASKS for signal in signals)


def _sum(reasons: Iterable[Reason], axis: str) -> int:
    return max(0, min(100, sum(reason.points for reason in reasons if reason.axis == axis)))


def _apply(rule: Rule, contact: Contact, signals: Sequence[Signal], now: datetime) -> Reason | None:
    weight = _of_deeds(rule, signals, now) if rule.kind in FADING else _of_person(rule, contact)
    points = round(rule.points * weight)
    points = max(-rule.most, min(rule.most, points))
    if not points:
        return None
    words = rule.words.replace("{domain}", contact.domain).replace("{company}", contact.company)
    if rule.kind == "pages":
        words = f"{words}: {sum(signal.type == 'page' for signal in signals)}"
    return Reason(rule.axis, words, points)


def _of_person(rule: Rule, contact: Contact) -> float:
    private = contact.domain in _FREE_MAIL
    applies = {
        "company-mail": not private,
        "private-mail": private,
        "mail-domain": contact.domain in rule.names(),
        "has-company": bool(contact.company),
        "has-phone": bool(contact.phone),
        "said-who": True,
    }
    return float(applies[rule.kind])


def _of_deeds(rule: Rule, signals: Sequence[Signal], now: datetime) -> float:
    """How much of a rule is left; what was done several times counts once, as of the last time."""
    if rule.kind == "pages":
        days = Counter(signal.at.date() for signal in signals if signal.type == "page")
        return sum(min(n, _MOST_PAGES_A_DAY) * _weight(_noon(day), now) for day, n in days.items())
    last = max((signal.at for signal in signals if _is_meant(rule, signal)), default=None)
    return _weight(last, now) if last else 0.0


def _is_meant(rule: Rule, signal: Signal) -> bool:
    if rule.kind == "did":
        return signal.type == "track" and signal.name.lower() in rule.names()
    return signal.type == "page" and bool(rule.path().search(urlsplit(signal.url).path))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _weight(at: datetime, now: datetime) -> float:
    age = max(timedelta(0), now - at)
    return float(0.5 ** (age / HALF_LIFE))
