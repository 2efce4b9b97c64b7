"""What is wrong with a fleet, from what is known and from what should be known and is not. Pure.

Each rule is a dead man's switch: it does not wait to be told of a failure, it misses the success.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from leadengine_ctl.planning.health import Health

_DAY = 86_400.0
_PATIENCE = 180.0
"""Seconds that a job may wait for a worker."""


@dataclass(frozen=True)
class Watched:
    """A client, as far as alerts look.

    Attributes:
        age: seconds since it was registered: a new one has had no time for a backup.
        certificate_days: until its certificate ends; None: unknown.
        wildcard_advice: what a person has to do for a wildcard, which no host renews; empty: nothing.
        point_age: seconds since its newest verified recovery point was made; None: there is none.
    """

    client: str
    health: Health
    why: str
    age: float
    certificate_days: float | None
    point_age: float | None
    wildcard_advice: str = ""


@dataclass(frozen=True)
class Limits:
    """When something counts as wrong; 0 hours: backups are not watched."""

    backup_hours: float = 26.0
    certificate_days: float = 14.0
    disk_days: float = 7.0


@dataclass(frozen=True)
class Finding:
    """Something that is wrong."""

    kind: str
    subject: str
    severity: Literal["warning", "critical"]
    sentence: str


def look_at_clients(clients: Iterable[Watched], limits: Limits) -> Iterator[Finding]:
    """What is wrong with clients."""
    for each in clients:
        if each.health is Health.RED:
            yield Finding("client", each.client, "critical", f"{each.client} is red: {each.why}.")
        if each.health is Health.UNKNOWN:
            sentence = f"Nothing is known of {each.client}: {each.why}."
            yield Finding("silence", each.client, "critical", sentence)
        yield from _certificate(each, limits)
        yield from _backup(each, limits)


def _certificate(each: Watched, limits: Limits) -> Iterator[Finding]:
    days = each.certificate_days
    if days is not None and days < limits.certificate_days:
        severity: Literal["warning", "critical"] = "critical" if days < 4 else "warning"
        words = f"ends in {days:.0f} days" if days > 0 else "has ended"
        sentence = f"The certificate of {each.client} {words}; it should have been renewed by now."
        yield Finding("certificate", each.client, severity, sentence)
    elif each.wildcard_advice:
        sentence = f"A person is needed for {each.client}: {each.wildcard_advice}."
        yield Finding("certificate", each.client, "warning", sentence)


def _backup(each: Watched, limits: Limits) -> Iterator[Finding]:
    allowed = limits.backup_hours * 3600
    if not allowed or each.age < allowed:
        return
    if each.point_age is None:
        sentence = f"{each.client} has no verified recovery point."
        yield Finding("backup", each.client, "critical", sentence)
    elif each.point_age > allowed:
        hours = each.point_age / 3600
        sentence = f"The newest verified recovery point of {each.client} is {hours:.0f} hours old."
        yield Finding("backup", each.client, "critical", sentence)


def look_at_disks(days: dict[str, float], limits: Limits) -> Iterator[Finding]:
    """Hosts whose disks will be full soon; host -> days."""
    for host, left in sorted(days.items()):
        if left < limits.disk_days:
            sentence = f"The disk of {host} is full in about {left:.0f} days."
            yield Finding("disk", host, "critical" if left < 2 else "warning", sentence)


def look_at_clocks(off: dict[str, str]) -> Iterator[Finding]:
    """Hosts whose clocks are wrong; host -> how far, or an empty text."""
    for host, far in sorted(off.items()):
        if far:
            sentence = f"The clock of {host} is {far}; its certificates and backups go by it."
            yield Finding("clock", host, "warning", sentence)


def look_at_workers(oldest_waiting: float | None) -> Iterator[Finding]:
    """Whether what is asked for is done; seconds that the oldest job has waited."""
    if oldest_waiting is not None and oldest_waiting > _PATIENCE:
        sentence = "What was asked for in the panel is not done: no worker takes it."
        yield Finding("workers", "panel", "critical", sentence)


def look_at_channels(failures: dict[str, str]) -> Iterator[Finding]:
    """Whether alerts arrive; name of a channel -> why the last message did not."""
    for name, failure in sorted(failures.items()):
        sentence = f"Alerts do not arrive by {name}: {failure}"
        yield Finding("channel", name[:200], "critical", sentence)
