"""How numbers, moments and states read on a page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

_NOTHING = Markup("&ndash;")
_UNITS = ("B", "kB", "MB", "GB", "TB")
_TONES = {
    "done": "good", "updated": "good", "green": "good", "healthy": "good", "approved": "good",
    "active": "good", "live": "good", "ready": "good", "unchanged": "quiet",
    "running": "busy", "started": "busy", "soaking": "busy", "starting": "busy",
    "failed": "bad", "stopped": "bad", "rolled-back": "bad", "red": "bad", "unhealthy": "bad",
    "refused": "bad", "aborted": "bad", "revoked": "bad",
    "paused": "warn", "partial": "warn", "postponed": "warn", "unreachable": "warn",
    "superseded": "quiet", "unknown": "unknown", "waiting": "quiet", "skipped": "quiet",
    "good": "good", "pending": "busy", "grace": "warn", "read-only": "bad", "ended": "quiet",
    "asked": "busy", "resumed": "busy", "suspended": "quiet", "expired": "quiet",
}  # fmt: skip


def size(value: float) -> str:
    """Bytes for people: `12.3 GB`."""
    number = float(value)
    for unit in _UNITS:
        if number < 1000 or unit == _UNITS[-1]:
            return (
                f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
            )
        number /= 1000
    raise AssertionError(value)


def count(value: float) -> str:
    return f"{value:,.0f}"


def moment(value: str | float | datetime | None) -> Markup:
    """A time, in UTC; the browser puts its own zone in its place."""
    at = _read(value)
    if at is None:
        return _NOTHING
    text = f"{at:%d %b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), text)


def ago(value: str | float | datetime | None) -> Markup:
    """How long ago a time is, with the time itself to look at."""
    at = _read(value)
    if at is None:
        return _NOTHING
    words = span((datetime.now(UTC) - at).total_seconds())
    return Markup('<time datetime="{}" data-ago>{} ago</time>').format(at.isoformat(), words)


def span(seconds: float) -> str:
    """A length of time in its largest unit."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def tone(state: str) -> str:
    """The colour of a state."""
    return _TONES.get(state, "quiet")


def dollars(micros: float) -> str:
    return f"${micros / 1e6:,.2f}"


def _read(value: str | float | datetime | None) -> datetime | None:
    if value is None or value in {"", 0}:
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


FILTERS: dict[str, Callable[..., Any]] = {
    "size": size,
    "count": count,
    "moment": moment,
    "ago": ago,
    "span": span,
    "tone": tone,
    "dollars": dollars,
}
