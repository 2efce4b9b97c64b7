"""Every difference between our books and the server's; and their healing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.billing.plans import TIERS
from leadengine_ctl.fleet.billing_records import CustomerRecord, Kind, Record, SubscriptionRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.following import follow
from leadengine_ctl.operations.billing.standing import settle
from leadengine_ctl.operations.billing.usage import DOUBTFUL


@dataclass(frozen=True)
class Difference:
    """Something on which both sides do not agree.

    Attributes:
        kind: `customer`, `subscription`, `invoice`, `payment`; or `price`, `client`, `usage`.
        heals: True: the books can simply follow the server.
    """

    kind: str
    key: str
    client: str
    sentence: str
    heals: bool = False


def compare(world: World, server: BillingServer) -> tuple[Difference, ...]:
    """All differences. What changed while it was compared is none: it is looked at twice.

    Raises:
        BillingError: the server did not answer, or refused.
    """
    theirs = _all_of(server)
    return (
        *compare_objects(world, server, theirs),
        *_more(world, theirs),
        *_prices(server),
        *_usage(world),
    )


def compare_objects(
    world: World, server: BillingServer, theirs: dict[Kind, dict[str, Record]] | None = None
) -> tuple[Difference, ...]:
    """The differences that heal: what each side has of our customers' objects.

    Args:
        theirs: what the server has, where it was asked already.
    """
    theirs = theirs or _all_of(server)
    ours = {kind: world.store.books.all(kind) for kind in Kind}
    clients = {**world.store.books.owners(), **_clients(theirs[Kind.CUSTOMER])}
    found = []
    for kind in Kind:
        for key in sorted(theirs[kind].keys() | ours[kind].keys()):
            there, here = theirs[kind].get(key), ours[kind].get(key)
            client = clients.get(_customer_of(there or here), "")
            if there == here or not (client or here):
                continue
            if words := _look_again(world, server, kind, key):
                found.append(Difference(kind, key, client, words, heals=True))
    return tuple(found)


def _all_of(server: BillingServer) -> dict[Kind, dict[str, Record]]:
    return {kind: {each.id: each for each in server.all(kind)} for kind in Kind}


def heal(world: World, server: BillingServer, differences: tuple[Difference, ...]) -> int:
    """Let the books follow the server where they can; how many objects that were.

    Raises:
        BillingError: the server did not answer, or refused.
    """
    healed = [each for each in differences if each.heals]
    for each in healed:
        follow(world.store.books, server, Kind(each.kind), each.key)
    if healed:
        names = ", ".join(f"{each.kind} {each.key}" for each in healed)
        world.record("billing.heal", "books", detail=names[:500])
    settle(world)
    return len(healed)


def _look_again(world: World, server: BillingServer, kind: Kind, key: str) -> str:
    """What differs now; empty: nothing any more."""
    here, there = world.store.books.find(kind, key), server.read(kind, key)
    if here == there:
        return ""
    if here is None:
        return "is not in our books."
    if there is None:
        return "is in our books, and not at the payment server."
    old, new = here.model_dump(mode="json"), there.model_dump(mode="json")
    parts = (
        f"{name} is {old[name]} here and {new[name]} there"
        for name in old
        if old[name] != new[name]
    )
    return f"{'; '.join(parts)}."


def _clients(customers: dict[str, Record]) -> dict[str, str]:
    """Customer -> client, for all that are ours."""
    return {
        key: each.client
        for key, each in customers.items()
        if isinstance(each, CustomerRecord) and each.client
    }


def _customer_of(record: Record | None) -> str:
    if isinstance(record, CustomerRecord):
        return record.id
    return record.customer if record else ""


def _more(world: World, theirs: dict[Kind, dict[str, Record]]) -> Iterator[Difference]:
    """What there is twice, and who is charged without being a client."""
    names = {*world.store.clients.names(), *(each.slug for each in world.store.hosted.all())}
    # Who signs up is a customer some seconds before they are a client.
    names |= {each.slug for each in world.store.signups.all()}
    customers: dict[str, list[str]] = {}
    for key, each in theirs[Kind.CUSTOMER].items():
        if isinstance(each, CustomerRecord) and each.client:
            customers.setdefault(each.client, []).append(key)
    for client, keys in sorted(customers.items()):
        if len(keys) > 1:
            yield Difference("client", client, client, f"is {len(keys)} customers there.")
        living = [
            each
            for each in theirs[Kind.SUBSCRIPTION].values()
            if isinstance(each, SubscriptionRecord) and each.customer in keys and each.lives
        ]
        if len(living) > 1:
            yield Difference("client", client, client, f"has {len(living)} subscriptions there.")
        if living and client not in names:
            yield Difference("client", client, client, "is charged there, and is no client here.")


def _prices(server: BillingServer) -> Iterator[Difference]:
    known = server.prices()
    for tier in TIERS.values():
        for lookup, (amount, _) in tier.prices().items():
            there = known.get(lookup)
            if there is None or there.amount != amount:
                now = there.amount if there else "nothing"
                words = f"is {amount} here and {now} there. Run: lectl billing setup"
                yield Difference("price", lookup, "", words)


def _usage(world: World) -> Iterator[Difference]:
    """What was being sent when something died, too long ago to be sent again without doubt."""
    since = (datetime.now(UTC) - timedelta(days=90)).date().isoformat()
    for each in world.store.told.all(since):
        if each.sending_since is not None and each.sending_since < time.time() - DOUBTFUL:
            words = f"{each.sending - each.told if each.sending else 0} may or may not be counted there."
            key = f"{each.day}/{each.meter}"
            yield Difference("usage", key, each.client, words)
