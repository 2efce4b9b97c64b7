"""Whether a generation in service may stay: pure verdicts on what was seen.

A gate that could not be evaluated has tripped: what is missing is a reason too.
"""

from dataclasses import dataclass

from leadengine_agent.activation.traffic import Sample

FAILED_SHARE = 0.01
FAILED_LEAST = 3
"""A release may fail more than one request in a hundred only as long as these are fewer than three."""

SLOWER = 3.0
SLOWER_MEDIAN = 0.1
SLOWER_P95 = 0.3
ENOUGH = 50
"""It may be up to three times slower than the one before, or slower by this many seconds; both are
judged once both have answered this many requests."""

QUEUE_AGE = 60.0
"""Seconds that the oldest accepted event may wait for the worker."""

VISITS = 3
"""Requests that the new generation must have answered before it may stay: we send some ourselves."""


@dataclass(frozen=True)
class ServiceSeen:
    """A service's container in one look.

    Attributes:
        restarts: since the watch began.
        ready: what its own stricter probe answered; empty: it agrees.
    """

    service: str
    running: bool
    restarts: int
    unhealthy: bool
    out_of_memory: bool
    ready: str = ""


@dataclass(frozen=True)
class Seen:
    """One look at a generation in service.

    Attributes:
        new, old: the requests both colours answered.
        queue_age: seconds the oldest accepted event waits; None: nothing waits.
    """

    services: tuple[ServiceSeen, ...]
    new: Sample
    old: Sample
    queue_age: float | None = None


def tripped(seen: Seen) -> str:
    """The first gate that does not hold, as a sentence; empty when all hold."""
    verdicts = (*map(_service, seen.services), _failures(seen), _queue(seen))
    return next(filter(None, verdicts), "")


def unproven(seen: Seen) -> str:
    """At the end of the watch: was there enough to judge by, and was it quick enough?

    Speed is judged over the whole watch: a process that has just started is slow for a moment, and so is
    a host that has just started one.
    """
    if seen.new.requests >= VISITS:
        return _speed(seen)
    return (
        f"The new generation answered {seen.new.requests} requests while it was watched: "
        "nothing shows that it serves."
    )


def _service(each: ServiceSeen) -> str:
    if each.out_of_memory:
        return f"The service '{each.service}' used up its memory and was killed."
    if each.restarts:
        return f"The service '{each.service}' ended and was started again."
    if not each.running:
        return f"The service '{each.service}' does not run."
    if each.unhealthy:
        return f"The health check of the service '{each.service}' fails."
    if each.ready:
        return f"The service '{each.service}' is not ready: {each.ready}."
    return ""


def _failures(seen: Seen) -> str:
    new, old = seen.new, seen.old
    before = old.failed / old.requests if old.requests else 0.0
    allowed = max(FAILED_SHARE, 2 * before)
    if new.failed < FAILED_LEAST or new.failed <= allowed * new.requests:
        return ""
    return f"{new.failed} of {new.requests} requests failed (status 500 and above)."


def _speed(seen: Seen) -> str:
    if min(seen.new.requests, seen.old.requests) < ENOUGH:
        return ""
    for name, new, old, least in (
        ("Half of the answers took", seen.new.median, seen.old.median, SLOWER_MEDIAN),
        ("The slowest of 20 answers took", seen.new.p95, seen.old.p95, SLOWER_P95),
    ):
        if new is not None and old is not None and new > max(old * SLOWER, old + least):
            return f"{name} {new * 1000:.0f} ms and more; {old * 1000:.0f} ms before."
    return ""


def _queue(seen: Seen) -> str:
    if seen.queue_age is None or seen.queue_age <= QUEUE_AGE:
        return ""
    return f"An accepted event has waited {seen.queue_age:.0f} s for the worker."
