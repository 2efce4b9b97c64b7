"""Messages come in any order, twice, or never: the books equal the server's (issue of billing, must hold)."""

import random
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from leadengine_ctl.billing.base import Collect, Subscribing
from leadengine_ctl.billing.memory_state import Happened
from leadengine_ctl.billing.plans import terms
from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.billing_records import InvoiceRecord, Kind, Record
from leadengine_ctl.fleet.books import Books
from leadengine_ctl.operations.billing.following import follow, take_in
from leadengine_ctl.operations.billing.reconcile import compare, heal
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.standing import settle
from tests.unit.billing.messages import send_all
from tests.unit.billing.stripe_server import KEY, Account
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel

SEQUENCES = 200
_EACH = 20
_SHORT = 3
"""So many times twenty of them are in `make test`."""


def live(books: Books, account: Account, dice: random.Random, client: str) -> None:
    """What may happen to a client at the payment server, in an order of chance.

    The customer is in the books from the beginning, as `subscribe` puts it there, or comes by a message. Of
    one that was removed before the books ever saw it, the server itself cannot say any more whose it was.
    """
    server, people = account.server, account.customers
    customer = server.add_customer(client, client, f"ann@{client}.test", client).id
    ways: tuple[Collect, ...] = ("invoice", "card")
    collect = dice.choice(ways)
    known = dice.random() < 0.5
    if known:
        follow(books, account.server, Kind.CUSTOMER, customer)
    people.leave_card(customer)
    order = Subscribing(customer, terms(dice.choice(("hosted", "self-hosted"))), {}, collect, 14)
    subscription = server.subscribe(order, f"{client}-first")
    for _ in range(dice.randrange(2, 6)):
        bills = [
            each.id
            for each in server.all(Kind.INVOICE)
            if isinstance(each, InvoiceRecord)
            and each.customer == customer
            and each.status == "open"
        ]
        match dice.choice(("renew", "decline", "pay", "forgive", "leave")):
            case "renew":
                people.renew(subscription)
            case "decline":
                people.leave_card(customer, good=False)
                people.renew(subscription)
                people.leave_card(customer)
            case "pay" if bills:
                people.pay(dice.choice(bills))
            case "forgive" if bills:
                people.forgive(dice.choice(bills))
            case "leave":
                people.leave(subscription, at_once=dice.random() < 0.5)
    if known and dice.random() < 0.2:
        people.vanish(customer)


def disturb(
    events: list[Happened], dice: random.Random, *, lose: bool
) -> tuple[list[Happened], set[str]]:
    """Shuffled, many of them twice; and, to lose some, without those about a few objects."""
    lost = {each.object for each in events if dice.random() < 0.3} if lose else set()
    kept = [each for each in events if each.object not in lost]
    twice = [each for each in kept if dice.random() < 0.5]
    arrived = kept + twice
    dice.shuffle(arrived)
    return arrived, lost


@pytest.mark.long
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[pytest.mark.soak] if seed >= _SHORT else [])
        for seed in range(SEQUENCES // _EACH)
    ],
)
def test_shuffled_doubled_and_dropped_the_books_equal_the_servers(
    fleet: Fleet, panel: Panel, account: Account, server: StripeServer, seed: int
) -> None:
    world, lost_at_all = fleet.world, 0
    set_up(world, server)
    for number in range(_EACH):
        dice = random.Random(seed * 1000 + number)  # noqa: S311 - the same each time
        before = len(account.server.look().happened)
        live(world.store.books, account, dice, f"c{number}")
        events = account.server.look().happened[before:]
        arrived, lost = disturb(events, dice, lose=number % 2 == 1)
        middle = dice.randrange(len(arrived) + 1)
        send_all(panel, arrived[:middle])
        take_in(world, server)
        send_all(panel, arrived[middle:])
        take_in(world, server)
        settle(world)
        found = [each for each in compare(world, server) if each.heals]
        assert {each.key for each in found} <= lost, (seed, number, found)
        lost_at_all += len(found)
        heal(world, server, tuple(found))
        assert [each for each in compare(world, server) if each.heals] == [], (seed, number)
        for kind in Kind:
            theirs = {each.id: each for each in account.server.all(kind)}
            assert world.store.books.all(kind) == theirs, (seed, number, kind)
    assert lost_at_all, "nothing was lost: the test proves nothing"
    assert world.store.books.waiting() == ()


class Slow(StripeServer):
    """A reader that is overtaken: between the answer and what is done with it, somebody else is faster."""

    def __init__(self, account: Account, others: Callable[[], None]) -> None:
        super().__init__(SecretStr(KEY), account.url, retries=0)
        self.others = others
        self.asked = 0

    def read(self, kind: Kind, key: str) -> Record | None:
        found = super().read(kind, key)
        self.asked += 1
        if self.asked == 1:
            self.others()
        return found


@pytest.mark.parametrize("known", [False, True])
def test_who_read_before_another_wrote_does_not_write_what_is_old(
    fleet: Fleet, account: Account, server: StripeServer, known: bool
) -> None:
    books = fleet.world.store.books
    customer = account.server.add_customer("acme", "acme", "ann@acme.test", "one").id
    follow(books, server, Kind.CUSTOMER, customer)
    order = Subscribing(customer, terms("hosted"), {}, "invoice", 14)
    made = account.server.subscribe(order, "two")
    if known:
        follow(books, server, Kind.SUBSCRIPTION, made)

    def overtake() -> None:
        account.customers.leave(made)
        follow(books, server, Kind.SUBSCRIPTION, made)

    slow = Slow(account, overtake)
    if known:
        account.customers.leave(made, at_once=False)
    follow(books, slow, Kind.SUBSCRIPTION, made)
    assert slow.asked == 2, "it was overtaken, and asked again"
    assert books.find(Kind.SUBSCRIPTION, made) == account.server.read(Kind.SUBSCRIPTION, made)


def test_customers_of_another_business_stay_out_of_the_books(
    fleet: Fleet, account: Account, server: StripeServer
) -> None:
    account.server.add_customer("", "Another", "x@other.test", "other")
    ours = account.server.add_customer("acme", "acme", "ann@acme.test", "ours")
    found = compare(fleet.world, server)
    assert [each.key for each in found if each.heals] == [ours.id]
    heal(fleet.world, server, found)
    assert list(fleet.world.store.books.all(Kind.CUSTOMER)) == [ours.id]
