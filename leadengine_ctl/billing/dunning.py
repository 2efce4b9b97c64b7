"""What a client's stack is to be by what was paid. Decided from dates alone; no data is ever lost by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from leadengine_ctl.fleet.billing_records import InvoiceRecord, SubscriptionRecord

_DAY = 86_400


class Standing(StrEnum):
    """From best to worst; what each means is in docs/how-to/billing.md."""

    NONE = "none"
    GOOD = "good"
    PENDING = "pending"
    GRACE = "grace"
    READ_ONLY = "read-only"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True)
class Patience:
    """Days from a bill's due date until a client is to be read-only, and from there until suspended."""

    grace: int
    read_only: int


@dataclass(frozen=True)
class Verdict:
    """A standing, with one sentence why, and the moment of the next one if nothing is paid."""

    standing: Standing
    why: str
    next_at: float | None = None


def judge(
    subscriptions: Iterable[SubscriptionRecord],
    invoices: Iterable[InvoiceRecord],
    patience: Patience,
    now: float,
) -> Verdict:
    """The standing of a client with these subscriptions and invoices."""
    due = [at for each in invoices if (at := each.overdue_from) is not None]
    late = [at for at in due if at <= now]
    if late:
        return _late(min(late), len(late), patience, now)
    known = tuple(subscriptions)
    living = [each for each in known if each.lives]
    if not known:
        return Verdict(Standing.NONE, "There is no subscription.")
    if not living:
        return Verdict(Standing.ENDED, "The subscription has ended, and nothing is owed.")
    if all(each.status == "incomplete" for each in living):
        return Verdict(Standing.PENDING, "The first payment has not come yet.")
    return Verdict(Standing.GOOD, "A bill is open, none is late." if due else "Nothing is owed.")


def _late(since: int, bills: int, patience: Patience, now: float) -> Verdict:
    read_only = since + patience.grace * _DAY
    suspended = read_only + patience.read_only * _DAY
    owed = "a bill is" if bills == 1 else f"{bills} bills are"
    why = f"Since {_day(since)} {owed} not paid."
    if now >= suspended:
        return Verdict(Standing.SUSPENDED, why)
    if now >= read_only:
        return Verdict(Standing.READ_ONLY, why, suspended)
    return Verdict(Standing.GRACE, why, read_only)


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
