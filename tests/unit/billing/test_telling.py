"""What was paid reaches the client's stack: once, again after a kill, and back with the payment."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.billing_records import InvoiceRecord, Kind
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.base import Verb, World
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.standing import settle
from leadengine_ctl.operations.billing.subscribe import make_offer, subscribe
from leadengine_ctl.operations.billing.telling import AGAIN, REMIND, enforce
from leadengine_ctl.operations.runner import run
from leadengine_ctl.panel.billing.clerk import Clerk
from tests.unit.billing.messages import send_all
from tests.unit.billing.stripe_server import Account
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long

DAY = 86_400.0
TELLING = """
from leadengine_ctl.operations.billing.telling import enforce
from tests.unit.billing.test_telling import carry_out
from tests.unit.ctl.hostile import a_world
enforce(a_world(), lambda verb: carry_out(a_world(), verb))
"""


class Debt:
    """A client that has bought and does not pay."""

    def __init__(self, fleet: Fleet, account: Account, server: StripeServer, client: str) -> None:
        self.world, self.account, self.server = fleet.world, account, server
        set_up(self.world, server)
        subscribe(self.world, server, make_offer(self.world, client, None, (None, None), "invoice"))
        (bill,) = [each for each in self.bills() if each.status == "open"]
        self.due, self.bill = float(bill.overdue_from or 0), bill.id

    def bills(self) -> list[InvoiceRecord]:
        found = self.account.server.all(Kind.INVOICE)
        return [each for each in found if isinstance(each, InvoiceRecord)]

    def pass_days(self, panel: Panel, days: float) -> tuple[str, ...]:
        """So many days after the bill was due; whose stacks were told."""
        send_all(panel, self.account.server.look().happened)
        take_in(self.world, self.server)
        settle(self.world, self.due + days * DAY)
        return enforce(self.world, lambda verb: carry_out(self.world, verb))


def carry_out(world: World, verb: Verb) -> None:
    run(world, verb, lambda _news: None)


@pytest.fixture
def debt(fleet: Fleet, account: Account, server: StripeServer) -> Debt:
    return Debt(fleet, account, server, "acme")


def test_a_stack_is_told_once_of_each_change_and_a_payment_brings_all_back(
    fleet: Fleet, panel: Panel, debt: Debt
) -> None:
    told = []
    for days in (-1, 5, 14, 20, 28, 40):
        told += [(days, *debt.pass_days(panel, days), fleet.host("acme").stacks["acme"].standing)]
    assert told == [
        (-1, "good"),
        (5, "good"),
        (14, "acme", "read-only"),
        (20, "read-only"),
        (28, "acme", "suspended"),
        (40, "suspended"),
    ]
    before = fleet.host("acme").stacks["acme"]
    debt.account.customers.pay(debt.bill)
    assert debt.pass_days(panel, 40) == ("acme",)
    after = fleet.host("acme").stacks["acme"]
    assert after == before.model_copy(update={"standing": "good"}), "nothing but that has changed"
    trail = debt.world.store.audit.recent(50, action="billing.enforce")
    assert [each.detail.rpartition(" ")[2] for each in trail] == ["good", "suspended", "read-only"]
    text = panel.browser(Role.VIEWER).get("/clients/acme").text
    assert "Its stack was told" in text


def test_whoever_pays_in_time_is_told_nothing(fleet: Fleet, panel: Panel, debt: Debt) -> None:
    debt.account.customers.pay(debt.bill)
    assert debt.pass_days(panel, 400) == ()
    assert "set-standing" not in {each.verb for each in fleet.host("acme").journal.values()}


def test_a_host_that_cannot_be_reached_is_told_later(
    fleet: Fleet, panel: Panel, debt: Debt
) -> None:
    """Not at each round, and not never."""
    kept = fleet.state("acme").read_text()
    fleet.state("acme").unlink()
    assert debt.pass_days(panel, 14) == ()
    record = debt.world.store.standings.find("acme")
    assert record is not None
    assert (record.standing, record.told) == ("read-only", "")
    fleet.state("acme").write_text(kept)
    assert debt.pass_days(panel, 14) == (), "it was tried a moment ago"
    later = (record.tried_at or 0) + AGAIN + 1
    assert enforce(debt.world, lambda verb: carry_out(debt.world, verb), later) == ("acme",)
    assert fleet.host("acme").stacks["acme"].standing == "read-only"


def test_an_old_point_that_was_brought_back_does_not_keep_an_old_standing(
    fleet: Fleet, panel: Panel, debt: Debt
) -> None:
    debt.pass_days(panel, 14)
    state = json.loads(fleet.state("acme").read_text())
    state["stacks"]["acme"]["standing"] = "good"
    fleet.state("acme").write_text(json.dumps(state))
    record = debt.world.store.standings.find("acme")
    assert record is not None
    tomorrow = (record.told_at or 0) + REMIND + 1
    assert enforce(debt.world, lambda verb: carry_out(debt.world, verb), tomorrow) == ("acme",)
    assert fleet.host("acme").stacks["acme"].standing == "read-only"


@pytest.mark.parametrize("side", ["before", "after"])
def test_killed_on_either_side_of_its_step_it_ends_as_it_should(
    fleet: Fleet, panel: Panel, debt: Debt, side: str
) -> None:
    """The process dies for real, by the failpoint of every operation."""
    send_all(panel, debt.account.server.look().happened)
    take_in(debt.world, debt.server)
    settle(debt.world, debt.due + 14 * DAY)
    environment = {**fleet.lectl.variables, "LECTL_FAILPOINT": f"set-standing.stand:{side}"}
    ended = subprocess.run((sys.executable, "-c", TELLING), check=False, env=environment)
    assert ended.returncode == -signal.SIGKILL
    record = debt.world.store.standings.find("acme")
    assert record is not None
    enforce(
        debt.world, lambda verb: carry_out(debt.world, verb), (record.tried_at or 0) + AGAIN + 1
    )
    assert fleet.host("acme").stacks["acme"].standing == "read-only"
    left = debt.world.store.operations.unfinished("acme")
    if left is not None:
        assert side == "after", "what was told already is no reason to tell it again"
        assert fleet.lectl("operations", "resume", left.id).code == 0
    assert debt.world.store.operations.unfinished("acme") is None
    assert fleet.host("acme").stacks["acme"].standing == "read-only"


def test_switched_off_it_is_only_recorded(
    fleet: Fleet, panel: Panel, debt: Debt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_BILLING_ENFORCE", "no")
    debt.world = fleet.world
    assert debt.pass_days(panel, 14) == ()
    assert fleet.host("acme").stacks["acme"].standing == "good"


def test_the_clerk_leaves_it_to_a_worker(fleet: Fleet, panel: Panel, debt: Debt) -> None:
    send_all(panel, debt.account.server.look().happened)
    take_in(debt.world, debt.server)
    settle(debt.world, debt.due + 14 * DAY)
    clerk = Clerk(debt.world, debt.server)
    assert clerk.work()
    job = debt.world.store.jobs.open_for("acme")
    assert job is not None
    assert job.verb == "set-standing"
    assert clerk.work()
    assert debt.world.store.jobs.open_for("acme") == job


@pytest.fixture
def hosted(fleet: Fleet) -> Fleet:
    """A hosted stack with the client bolt."""
    words = ("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one")
    assert fleet.lectl(*words).code == 0
    assert fleet.lectl("tenant", "create", "bolt", "www.bolt.test", "b@bolt.test").code == 0
    return fleet


def standing_of(fleet: Fleet, name: str) -> str:
    text = (Path(fleet.lectl.folder) / "memory" / "one.json").read_text()
    state: str = json.loads(text)["stacks"]["cloud"]["tenants"][name]["standing"]
    return state


def test_a_client_of_a_hosted_stack_is_billed_and_told_like_every_other(
    hosted: Fleet, account: Account, server: StripeServer, panel: Panel
) -> None:
    assert hosted.lectl("tenant", "create", "calm", "www.calm.test", "c@calm.test").code == 0
    debt = Debt(hosted, account, server, "bolt")
    assert debt.bills()[0].total.minor == 500_000
    assert debt.pass_days(panel, 14) == ("bolt",)
    assert (standing_of(hosted, "bolt"), standing_of(hosted, "calm")) == ("read-only", "good")
    shown = hosted.lectl("billing", "show", "bolt", "--json").json[-1]
    assert (shown["plan"], shown["told"]) == ("hosted", "read-only")
    debt.account.customers.pay(debt.bill)
    assert debt.pass_days(panel, 14) == ("bolt",)
    assert standing_of(hosted, "bolt") == "good"


def test_a_person_s_suspension_is_not_undone_by_a_payment(
    hosted: Fleet, account: Account, server: StripeServer, panel: Panel
) -> None:
    debt = Debt(hosted, account, server, "bolt")
    debt.pass_days(panel, 28)
    assert hosted.lectl("tenant", "suspend", "bolt").code == 0
    debt.account.customers.pay(debt.bill)
    debt.pass_days(panel, 28)
    (row,) = hosted.lectl("tenant", "list", "--json").json[0]["tenants"]
    assert row["suspended"] is True


def test_a_client_that_the_store_does_not_know_yet_is_looked_for_in_its_stack(
    hosted: Fleet, server: StripeServer
) -> None:
    world = hosted.world
    world.store.hosted.remove("cloud", "bolt")
    set_up(world, server)
    found, new = subscribe(world, server, make_offer(world, "bolt", None, (None, None), "invoice"))
    assert (found.plan, new) == ("hosted", True)
    assert [each.slug for each in world.store.hosted.called("bolt")] == ["bolt"]


def test_nobody_is_charged_for_another_of_the_same_name(hosted: Fleet) -> None:
    assert hosted.lectl("tenant", "create", "acme", "www.acme.test", "a@acme.test").code == 0
    ran = hosted.lectl("billing", "show", "acme")
    assert ran.code == 12
    assert "several clients called acme" in ran.err
