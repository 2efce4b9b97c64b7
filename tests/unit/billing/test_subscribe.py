"""A payment that fails at any stage leaves no half client (issue of billing, must hold)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from leadengine_ctl.billing.base import Collect, DeclinedError, UnreachableError
from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.billing_records import Kind, SubscriptionRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.reconcile import compare, heal
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.standing import verdict_of
from leadengine_ctl.operations.billing.subscribe import make_offer, subscribe
from tests.unit.billing.stripe_server import KEY, Account, serving
from tests.unit.ctl.fleet import Fleet

FAULTS = ("lost", "deaf", "500", "429")
AS_EVER = (None, None)


def buy(
    world: World, server: StripeServer, plan: str = "self-hosted", how: Collect = "invoice"
) -> SubscriptionRecord:
    found, _ = subscribe(world, server, make_offer(world, "acme", plan, AS_EVER, how))
    return found


def living(account: Account) -> list[SubscriptionRecord]:
    found = account.server.all(Kind.SUBSCRIPTION)
    return [each for each in found if isinstance(each, SubscriptionRecord) and each.lives]


def is_whole(world: World, account: Account, server: StripeServer) -> None:
    """One customer, one subscription, one bill; and the books say the same."""
    assert len(list(account.server.all(Kind.CUSTOMER))) == 1
    assert len(living(account)) == 1
    assert len(list(account.server.all(Kind.INVOICE))) == 1
    assert compare(world, server) == ()
    assert verdict_of(world, "acme").standing == "good"


@contextmanager
def another(folder: Path) -> Iterator[tuple[Account, StripeServer]]:
    with serving(folder) as account:
        yield account, StripeServer(SecretStr(KEY), account.url, retries=0)


def test_it_is_bought_once_however_often_it_is_asked_for(
    fleet: Fleet, account: Account, server: StripeServer
) -> None:
    world = fleet.world
    with pytest.raises(NotAllowedError, match="not for sale yet"):
        buy(world, server)
    assert list(account.server.all(Kind.CUSTOMER)) == []
    set_up(world, server)
    assert buy(world, server) == buy(world, server)
    is_whole(world, account, server)
    with pytest.raises(NotAllowedError, match="has a subscription already"):
        buy(world, server, "hosted")
    assert len(living(account)) == 1


def stages(world: World, account: Account, server: StripeServer) -> int:
    """How many requests an undisturbed subscription takes."""
    before = len(account.requests)
    buy(world, server)
    return len(account.requests) - before


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_request_fails_the_same_again_makes_it_whole(
    fleet: Fleet, account: Account, server: StripeServer, tmp_path: Path, fault: str
) -> None:
    world = fleet.world
    set_up(world, server)
    for_sale = account.server.look()
    spec, state = world.store.clients.get("acme"), fleet.state("acme").read_text()
    count, failed = stages(world, account, server), 0
    assert count >= 9
    for stage in range(1, count + 1):
        forget(world)
        with another(tmp_path / f"stage-{stage}") as (there, theirs):
            with there.server.change() as begun:
                begun.products, begun.prices = for_sale.products, for_sale.prices
            there.fault(fault, stage)
            try:
                buy(world, theirs)
            except UnreachableError:
                failed += 1
            assert len(living(there)) <= 1
            found = [each for each in compare(world, theirs) if not each.heals]
            assert found == [], "what is left can be healed"
            buy(world, theirs)
            is_whole(world, there, theirs)
    assert failed == count, "each of them was met"
    assert world.store.clients.get("acme") == spec
    assert fleet.state("acme").read_text() == state, "its stack was not touched"


def forget(world: World) -> None:
    """Other books, for another account."""
    from sqlalchemy import delete

    books = world.store.books
    with books._engine.begin() as connection:
        connection.execute(delete(books._objects))


def test_who_does_not_ask_again_is_found_and_healed(
    fleet: Fleet, account: Account, server: StripeServer
) -> None:
    """The subscription was made, and the answer never came."""
    world = fleet.world
    set_up(world, server)
    account.fault("deaf", 1 + account_stage(account, world, server, "POST /v1/subscriptions"))
    with pytest.raises(UnreachableError):
        buy(world, server)
    assert len(living(account)) == 1
    assert world.store.books.all(Kind.SUBSCRIPTION) == {}
    found = compare(world, server)
    assert {each.kind for each in found} == {"subscription", "invoice"}
    heal(world, server, found)
    is_whole(world, account, server)


def account_stage(account: Account, world: World, server: StripeServer, name: str) -> int:
    """How many requests come before one of this name."""
    order = ["GET /v1/prices", "GET /v1/customers", "POST /v1/customers"]
    order += ["GET /v1/customers/id", "GET /v1/subscriptions", "POST /v1/subscriptions"]
    return order.index(name)


def test_a_first_payment_that_is_declined_buys_nothing(
    fleet: Fleet, account: Account, server: StripeServer
) -> None:
    world = fleet.world
    set_up(world, server)
    for _ in range(2):
        with pytest.raises(DeclinedError):
            buy(world, server, "hosted", "card")
        assert list(account.server.all(Kind.SUBSCRIPTION)) == []
        assert verdict_of(world, "acme").standing == "none"
        assert compare(world, server) == ()
    (customer,) = world.store.books.customers("acme")
    account.customers.leave_card(customer.id)
    buy(world, server, "hosted", "card")
    is_whole(world, account, server)


def test_a_second_customer_and_a_charge_of_nobody_are_shown(
    fleet: Fleet, account: Account, server: StripeServer
) -> None:
    world = fleet.world
    set_up(world, server)
    buy(world, server)
    account.server.add_customer("acme", "acme", "ann@acme.test", "by hand")
    with pytest.raises(NotAllowedError, match="2 customers"):
        buy(world, server)
    world.store.clients.remove("acme")
    heal(world, server, compare(world, server))
    words = " ".join(each.sentence for each in compare(world, server))
    assert "is 2 customers there" in words
    assert "is no client here" in words
