"""Our own limits on what we ask of a CA, below Let's Encrypt's (promise C2).

Pure: past attempts and a time in, a verdict out. The CA's: 5 certificates for one set of names in 7
days, 5 failed validations for one name in an hour.
"""

from leadengine_agent.values import Frozen

WEEK = 7 * 86400.0
ORDERS_A_WEEK = 5
FAILURES_AN_HOUR = 4
_PAUSES = (60.0, 300.0, 900.0, 3600.0, 6 * 3600.0)
DNS_PAUSE = 30.0
"""Seconds between two looks at the domain while it does not point here. Only our own host is asked."""


class Attempt(Frozen):
    """One order that was sent. `at` is seconds since the epoch; `good` None: its end is not known."""

    at: float
    good: bool | None = None


class History(Frozen):
    """What certify remembers of a stack between two runs.

    Attributes:
        not_before: no scheduled attempt before this time.
        advice: what the person should know or do; empty when all is well.
    """

    attempts: tuple[Attempt, ...] = ()
    not_before: float = 0.0
    advice: str = ""

    def waits(self, now: float) -> bool:
        """Whether a scheduled attempt is too early. A time further off than any pause of ours was noted
        by a clock that was wrong, and does not count: else a certificate could expire over it."""
        return now < self.not_before <= now + WEEK

    def settled(self, now: float) -> "History":
        """The same history under a clock that was set back: what it says lies ahead has just happened.

        So a wrong clock costs a week at most, and gives nobody more orders than there are.
        """
        attempts = tuple(
            each.model_copy(update={"at": min(each.at, now)}) for each in self.attempts
        )
        until = self.not_before if self.waits(now) else 0.0
        return self.model_copy(update={"attempts": attempts, "not_before": until})

    def begin(self, now: float) -> "History":
        """Record an order before it is sent: an attempt whose end nobody saw counts as well."""
        recent = tuple(each for each in self.attempts if each.at > now - WEEK)
        return self.model_copy(update={"attempts": (*recent, Attempt(at=now))})

    def succeed(self) -> "History":
        return History(attempts=(*self.attempts[:-1], self._ended(good=True)))

    def fail(self, now: float, advice: str) -> "History":
        """Record a failed order and wait longer each time, a day at most in sum over five."""
        failures = 0
        for each in reversed(self.attempts):
            if each.good:
                break
            failures += 1
        pause = _PAUSES[min(max(failures, 1), len(_PAUSES)) - 1]
        return History(
            attempts=(*self.attempts[:-1], self._ended(good=False)),
            not_before=now + pause,
            advice=advice,
        )

    def wait(self, until: float, advice: str) -> "History":
        return self.model_copy(update={"not_before": until, "advice": advice})

    def blocked_until(self, now: float) -> float:
        """The time before which an order would pass our limits; 0 when one may be sent now."""
        week = [
            each.at for each in self.attempts if each.at > now - WEEK and each.good is not False
        ]
        hour = [each.at for each in self.attempts if each.at > now - 3600 and each.good is not True]
        until = 0.0
        if len(week) >= ORDERS_A_WEEK:
            until = max(until, week[-ORDERS_A_WEEK] + WEEK)
        if len(hour) >= FAILURES_AN_HOUR:
            until = max(until, hour[-FAILURES_AN_HOUR] + 3600)
        return until

    def _ended(self, *, good: bool) -> Attempt:
        return self.attempts[-1].model_copy(update={"good": good})
