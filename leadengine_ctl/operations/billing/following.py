"""Our books follow the server: each object is read anew, whatever a message said of it."""

import logging
from collections.abc import Iterable

from leadengine_ctl.billing.base import BillingServer, NotUnderstoodError
from leadengine_ctl.errors import LockedError
from leadengine_ctl.fleet.billing_records import (
    CustomerRecord,
    EventRecord,
    InvoiceRecord,
    Kind,
    Record,
)
from leadengine_ctl.fleet.books import Books
from leadengine_ctl.operations.base import World

log = logging.getLogger(__name__)

_TRIES = 20


def follow(books: Books, server: BillingServer, kind: Kind, key: str) -> Record | None:
    """Let the books say of one object what the server says now; the record, if it is one of ours.

    The order in which this is called does not matter, nor how often: who read before another wrote does not
    write, but reads again.

    Raises:
        BillingError: the server did not answer, or refused.
        LockedError: others wrote the same object all the time.
    """
    for _ in range(_TRIES):
        seen = books.version(kind, key)
        found = server.read(kind, key)
        if not _is_ours(books, server, found, seen):
            return None
        if books.find(kind, key) == found and seen:
            return found
        if books.keep(kind, key, found, seen):
            return found
    raise LockedError(f"The {kind} {key} was changed by others all the time", "", "Try again.")


def _is_ours(books: Books, server: BillingServer, found: Record | None, seen: int) -> bool:
    """What the books never had is taken in when it belongs to a client."""
    if seen:
        return True
    if found is None:
        return False
    if isinstance(found, CustomerRecord):
        return bool(found.client)
    if not found.customer:
        return False
    if books.owner(found.customer) is None:
        follow(books, server, Kind.CUSTOMER, found.customer)
    return bool(books.owner(found.customer))


def take_in(world: World, server: BillingServer, limit: int = 200) -> int:
    """Look into the events that wait; how many there were.

    Raises:
        BillingError: the server did not answer: they wait on.
    """
    books = world.store.books
    events = books.waiting(limit)
    if not events:
        return 0
    seen: set[tuple[Kind, str]] = set()
    for kind, key in _objects(events):
        _look_into(books, server, kind, key, seen)
    books.done(each.id for each in events)
    return len(events)


def _look_into(
    books: Books, server: BillingServer, kind: Kind, key: str, seen: set[tuple[Kind, str]]
) -> None:
    """Follow one object, once; with a bill goes its subscription, whose state hangs on it."""
    if not key or (kind, key) in seen:
        return
    seen.add((kind, key))
    try:
        found = follow(books, server, kind, key)
    except NotUnderstoodError as error:
        # It would be no clearer the next time; `reconcile` shows it again.
        log.warning("%s %s: %s", kind, key, error.what)
        return
    if isinstance(found, InvoiceRecord):
        _look_into(books, server, Kind.SUBSCRIPTION, found.subscription, seen)


def _objects(events: Iterable[EventRecord]) -> list[tuple[Kind, str]]:
    """What they are about, each once: customers first."""
    about = {(Kind(each.kind), each.object) for each in events if each.kind}
    order = list(Kind)
    return sorted(about, key=lambda each: (order.index(each[0]), each[1]))
