"""One finding of an audit."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    DEVIATES = "deviates"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """A check and how it ended.

    Attributes:
        id: what it is called, for good: `CIS-2.15`, or a word for what that list does not have.
        reason: why a deviation is deliberate, or what to do about a warning or a failure.
    """

    id: str
    title: str
    verdict: Verdict
    detail: str
    reason: str = ""


FIX = "lectl host doctor NAME --fix puts it right."


def expect(check: str, title: str, *, holds: bool, detail: str, reason: str = FIX) -> Finding:
    """A check that either holds or has failed."""
    verdict = Verdict.OK if holds else Verdict.FAIL
    return Finding(check, title, verdict, detail, "" if holds else reason)


def prefer(check: str, title: str, *, holds: bool, detail: str, reason: str) -> Finding:
    """A check that is worth a warning when it does not hold."""
    verdict = Verdict.OK if holds else Verdict.WARN
    return Finding(check, title, verdict, detail, "" if holds else reason)


def deviate(check: str, title: str, *, holds: bool, detail: str, reason: str) -> Finding:
    """A check we do not ask for: where it does not hold, that is deliberate."""
    verdict = Verdict.OK if holds else Verdict.DEVIATES
    return Finding(check, title, verdict, detail, "" if holds else reason)
