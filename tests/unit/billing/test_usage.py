"""Usage is told once: whoever dies on the way sends the same again, and what comes late is told besides."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from leadengine_ctl.billing.base import UnreachableError
from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.reconcile import compare
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.usage import tell_usage
from tests.unit.billing.stripe_server import Account
from tests.unit.billing.test_subscribe import buy
from tests.unit.ctl.fleet import Fleet

pytestmark = pytest.mark.long

TODAY = datetime.now(UTC).date()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()


def used(world: World, day: str, visitors: int, leads: int = 0, calls: int = 0) -> None:
    """What agents reported of a day, in the table that they report into."""
    reports = world.store.reports
    table = reports._tables.usage
    values = {"visitors": visitors, "leads": leads, "api_calls": calls}
    mine = (table.c.client == "acme") & (table.c.day == day)
    with reports._engine.begin() as connection:
        if not connection.execute(update(table).where(mine).values(values)).rowcount:
            row = {"client": "acme", "day": day, "host": "host-acme", "llm_micros": 0, **values}
            connection.execute(insert(table).values(row))


def counted(account: Account) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in account.server.look().counted.values():
        found[each.meter] = found.get(each.meter, 0) + each.value
    return found


@pytest.fixture
def world(fleet: Fleet, server: StripeServer) -> World:
    set_up(fleet.world, server)
    buy(fleet.world, server, "hosted")
    return fleet.world


def test_a_day_is_told_when_it_is_over_and_once(
    world: World, account: Account, server: StripeServer
) -> None:
    used(world, YESTERDAY, 100, 5, 1000)
    used(world, TODAY.isoformat(), 40)
    assert tell_usage(world, server) == 3
    assert tell_usage(world, server) == 0
    expected = {
        "leadengine_visitors": 100,
        "leadengine_leads": 5,
        "leadengine_api_calls": 1000,
    }
    assert counted(account) == expected
    assert tell_usage(world, server, TODAY + timedelta(days=1)) == 1
    assert counted(account)["leadengine_visitors"] == 140


def test_what_comes_late_is_told_besides(
    world: World, account: Account, server: StripeServer
) -> None:
    used(world, YESTERDAY, 100)
    tell_usage(world, server)
    used(world, YESTERDAY, 130)
    assert tell_usage(world, server) == 1
    used(world, YESTERDAY, 120)
    assert tell_usage(world, server) == 0, "nothing is taken back"
    assert counted(account) == {"leadengine_visitors": 130}


@pytest.mark.parametrize("fault", ["lost", "deaf", "500"])
def test_a_message_of_which_nobody_knows_is_sent_again_and_counted_once(
    world: World, account: Account, server: StripeServer, fault: str
) -> None:
    used(world, YESTERDAY, 100)
    account.fault(fault)
    with pytest.raises(UnreachableError):
        tell_usage(world, server)
    used(world, YESTERDAY, 130)
    assert tell_usage(world, server) == 2
    assert counted(account) == {"leadengine_visitors": 130}


def test_what_is_in_doubt_for_too_long_is_not_sent_but_shown(
    world: World, account: Account, server: StripeServer
) -> None:
    used(world, YESTERDAY, 100)
    account.fault("deaf")
    with pytest.raises(UnreachableError):
        tell_usage(world, server)
    told = world.store.told
    with told._engine.begin() as connection:
        connection.execute(update(told._table).values(sending_since=1.0))
    assert tell_usage(world, server) == 0
    (found,) = compare(world, server)
    assert (found.kind, found.client, found.heals) == ("usage", "acme", False)
    assert counted(account) == {"leadengine_visitors": 100}


def test_nobody_is_told_of_who_is_no_customer(fleet: Fleet, server: StripeServer) -> None:
    used(fleet.world, YESTERDAY, 100)
    assert tell_usage(fleet.world, server) == 0


def test_days_that_the_server_would_not_take_are_left_out(
    world: World, server: StripeServer
) -> None:
    used(world, date(2020, 1, 1).isoformat(), 100)
    assert tell_usage(world, server) == 0
