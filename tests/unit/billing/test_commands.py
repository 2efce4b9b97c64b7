"""`lectl billing`, from its words to its exit codes, against a server that speaks Stripe's API."""

import pytest

from leadengine_ctl.fleet.billing_records import Kind
from tests.unit.billing.messages import SECRET
from tests.unit.billing.stripe_server import KEY, Account
from tests.unit.ctl.cli import Ran
from tests.unit.ctl.fleet import Fleet

pytestmark = pytest.mark.long


def test_from_the_first_price_to_a_healed_difference(fleet: Fleet, account: Account) -> None:
    lectl = fleet.lectl
    assert lectl("billing", "reconcile").code == 1, "there are no prices yet"
    assert "£7,500 a month" in lectl("billing", "setup").err
    assert lectl("billing", "setup", "--json").json == [{"kind": "result", "changed": []}]
    ran = lectl("billing", "subscribe", "acme", "--plan", "dedicated", "--yes", "--json")
    assert (ran.code, ran.json[0]["new"], ran.json[0]["plan"]) == (0, True, "dedicated")
    assert "The first bill is £7,500" in ran.err
    shown = lectl("billing", "show", "acme")
    assert "Buys dedicated for £7,500 a month: active." in shown.out
    assert lectl("billing", "reconcile").code == 0
    (bill,) = account.server.all(Kind.INVOICE)
    account.customers.pay(bill.id)
    found = lectl("billing", "reconcile")
    assert found.code == 1
    assert "status is open here and paid there" in found.out
    assert "is not in our books" in found.out, "the payment"
    healed = lectl("billing", "reconcile", "--heal")
    assert (healed.code, healed.out) == (0, "")
    assert "paid" in lectl("billing", "show", "acme").out
    assert lectl("billing", "catch-up").code == 0
    assert lectl("billing", "portal", "acme").out.startswith("https://billing.test/")


def test_nobody_is_charged_without_a_yes(fleet: Fleet, account: Account) -> None:
    fleet.lectl("billing", "setup")
    before = len(account.requests)
    ran = fleet.lectl("billing", "subscribe", "acme", "--plan", "self-hosted")
    assert ran.code == 12
    assert "The first bill is £12,000" in ran.err
    assert len(account.requests) == before, "nothing was asked of the server"


def test_an_agreed_price_has_to_be_said(fleet: Fleet, account: Account) -> None:
    fleet.lectl("billing", "setup")
    assert fleet.lectl("billing", "subscribe", "acme", "--plan", "enterprise", "--yes").code == 2
    assert fleet.lectl("billing", "subscribe", "acme", "--plan", "gold", "--yes").code == 2
    words = (
        "--plan",
        "enterprise",
        "--monthly",
        "12345.67",
        "--setup-fee",
        "10",
        "--yes",
        "--json",
    )
    ran = fleet.lectl("billing", "subscribe", "acme", *words)
    assert ran.json[0]["monthly"] == {"minor": 1_234_567, "currency": "gbp"}


def test_a_declined_card_is_said_and_nothing_is_bought(fleet: Fleet, account: Account) -> None:
    fleet.lectl("billing", "setup")
    ran = fleet.lectl("billing", "subscribe", "acme", "--plan", "hosted", "--card", "--yes")
    assert ran.code == 1
    assert "declined" in ran.err
    assert list(account.server.all(Kind.SUBSCRIPTION)) == []


@pytest.mark.parametrize(
    "words",
    [("show", "nobody"), ("subscribe", "nobody", "--plan", "hosted"), ("portal", "nobody")],
)
def test_a_client_that_is_none_is_not_found(fleet: Fleet, words: tuple[str, ...]) -> None:
    assert fleet.lectl("billing", *words).code == 10


def test_without_a_key_it_is_said_what_to_set(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LECTL_STRIPE_KEY")
    ran = fleet.lectl("billing", "setup")
    assert ran.code == 12
    assert "LECTL_STRIPE_KEY" in ran.err
    assert fleet.lectl("billing", "show", "acme").code == 0, "the books are read without a server"


def test_no_secret_is_shown_or_kept(fleet: Fleet, account: Account) -> None:
    lectl = fleet.lectl
    ran: list[Ran] = [
        lectl("--debug", "billing", *words)
        for words in (
            ("setup",),
            ("subscribe", "acme", "--plan", "hosted", "--yes"),
            ("reconcile", "--json"),
            ("catch-up",),
        )
    ]
    account.fault("400")
    ran.append(lectl("--debug", "billing", "reconcile"))
    account.saved.clear()
    texts = [each.out + each.err for each in ran]
    files = [path for path in lectl.folder.rglob("*") if path.is_file()]
    texts += [path.read_bytes().decode("latin-1") for path in files]
    for secret in (KEY, SECRET):
        assert not [text[:200] for text in texts if secret in text]
