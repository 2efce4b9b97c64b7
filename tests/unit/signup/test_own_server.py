"""A stack of one's own whose server is bought for it, at a provider in memory."""

from pathlib import Path

import pytest

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.signup_records import SignupState
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.signups.advancing import advance
from leadengine_ctl.operations.signups.own_stack import next_verb
from leadengine_ctl.providers.base import OPERATION
from tests.unit.clouds.name_server import a_server
from tests.unit.signup.people import ACME, ANN, Lobby

pytestmark = pytest.mark.long

NAME = "leads.acme-shop.test"


@pytest.fixture
def shop(lobby: Lobby, monkeypatch: pytest.MonkeyPatch) -> Lobby:
    """Open, and told where to buy servers."""
    key = lobby.fleet.lectl.folder.parent / "id"
    key.with_name("id.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgME me")
    monkeypatch.setenv("LECTL_SSH_KEY", str(key))
    monkeypatch.setenv("LECTL_CLOUD_PATIENCE", "0.2")
    monkeypatch.setenv("LECTL_SIGNUP_ON", "memory:m2@there")
    lobby.__post_init__()
    return lobby


def fault(shop: Lobby) -> Path:
    """What goes wrong at the provider stands in this file."""
    return shop.fleet.lectl.folder / "memory" / "provider.fault"


def test_a_server_is_bought_after_the_payment_and_its_address_shown_as_soon_as_it_is_known(
    shop: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = shop.buy(plan="dedicated")
    assert shop.world.store.servers.all() == (), "nothing is bought before it is paid"
    shop.until("making")
    (server,) = shop.world.store.servers.all()
    assert (server.name, server.client, server.size, server.region, server.live) == (
        *("acme-shop", "acme-shop", "m2"),
        *("there", True),
    )
    record = f"A  {NAME}  {server.address}"
    assert shop.world.store.clients.find("acme-shop") is None
    assert f">{record}<" in browser.get("/start/mine").text, "before the stack is deployed"
    live = shop.until("live")
    assert shop.world.store.clients.get("acme-shop").host == server.host
    page = browser.get("/start/mine").text
    assert ("Your server is ready" in page, record in page) == (True, True)
    shop.go_on()
    assert shop.one().secure_at is None
    assert live.seconds is not None
    with a_server(f"{NAME}. 60 IN A {server.address}\n") as resolver:
        monkeypatch.setenv("LECTL_RESOLVERS", str(resolver))
        shop.go_on()
    assert shop.one().secure_at is None, "the host in memory has no certificate of an authority's"
    verbs = [each.verb for each in shop.world.store.operations.recent(20)]
    assert sorted(verbs) == ["deploy", "deploy", "provision"], "one of them is the hosted stack's"


def test_its_website_is_read_once_it_is_proven(
    shop: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = shop.buy(plan="dedicated")
    shop.until("live")
    shop.go_on()
    (server,) = shop.world.store.servers.all()
    assert server.host is not None
    assert shop.host(server.host).stacks["acme-shop"].site == ""
    record = f'acme-shop.test. 60 IN TXT "leadengine-verify={shop.one().proof}"\n'
    with a_server(record) as resolver:
        monkeypatch.setenv("LECTL_RESOLVERS", str(resolver))
        shop.go_on()
    assert (shop.one().proven_by, shop.one().read_at is not None) == ("dns", True)
    assert shop.host(server.host).stacks["acme-shop"].site == "www.acme-shop.test"
    assert "is being read for the concierge" in browser.get("/start/mine").text


def test_the_person_is_written_to_about_the_record_and_the_server(shop: Lobby) -> None:
    shop.buy(plan="dedicated")
    shop.until("live")
    shop.go_on()
    assert shop.letters() == [
        "Your sign-up at LeadEngine",
        "Thank you: your payment has arrived",
        "What www.acme-shop.test needs in its DNS",
        "Your server for www.acme-shop.test is ready",
    ]
    (asked,) = [each for each in shop.mails.messages if "DNS" in str(each["Subject"])]
    body = asked.get_body(("plain",))
    (server,) = shop.world.store.servers.all()
    assert body is not None
    assert f"A  {NAME}  {server.address}" in body.get_content()
    assert str(asked["To"]) == ANN


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("LECTL_SIGNUP_ON", "memory:m64", "no size called 'm64'"),
        ("LECTL_SIGNUP_ON", "memory:m1", "too small"),
        ("LECTL_SSH_KEY", "/nowhere/id", "no SSH key"),
    ],
)
def test_what_cannot_be_had_is_not_paid_for_and_why_is_told_to_us_alone(
    shop: Lobby, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, why: str
) -> None:
    monkeypatch.setenv(setting, value)
    shop.__post_init__()
    browser = shop.arrive(plan="dedicated")
    assert browser.post("/start/mine/company", ACME).status_code == 303
    answer = browser.post("/start/mine/payment")
    assert (answer.status_code, "no place for you just now" in answer.text) == (422, True)
    assert why not in answer.text
    assert shop.account.server.look().checkouts == {}
    (told,) = shop.world.store.audit.recent(5, action="signup.no-place")
    assert why in told.detail


@pytest.mark.parametrize("trouble", ["sold-out", "quota", "lost-answer"])
def test_a_provider_that_fails_after_the_payment_is_asked_again_and_sells_one_server(
    shop: Lobby, trouble: str
) -> None:
    shop.buy(plan="dedicated")
    shop.until("paid")
    fault(shop).write_text(trouble)
    shop.go_on()
    shop.go_on()
    fault(shop).unlink(missing_ok=True)
    live = shop.until("live")
    (server,) = shop.world.store.servers.all()
    sold = shop.world.clouds.provider("memory").servers(OPERATION, server.operation)
    assert [each.id for each in sold] == [server.server]
    assert live.problem == ""


def test_a_registrar_that_died_after_it_had_asked_buys_nothing_twice(shop: Lobby) -> None:
    shop.buy(plan="dedicated")
    paid = shop.until("paid")
    jobs.ask_for(shop.world, next_verb(shop.world, paid))
    shop.until("live")
    assert len(shop.world.store.servers.all()) == 1


def test_a_server_of_somebody_else_is_never_taken_for_the_client_s_own(shop: Lobby) -> None:
    words = ("host", "create", "acme-shop", "--on", "memory:m2", "--yes")
    assert shop.fleet.lectl(*words).code == 0
    shop.arrive(plan="dedicated").post("/start/mine/company", ACME)
    assert shop.one().slug == "acme-shop-2"
    taken = shop.one().model_copy(update={"slug": "acme-shop", "plan": "dedicated"})
    with pytest.raises(NotAllowedError, match="A server is called acme-shop already"):
        next_verb(shop.world, taken)


def test_whoever_deploys_by_hand_what_failed_five_times_sets_the_sign_up_going(
    shop: Lobby,
) -> None:
    shop.buy(plan="dedicated")
    shop.until("paid")
    fault(shop).write_text("sold-out")
    for _ in range(20):
        shop.go_on()
    assert (shop.one().state, shop.one().tries) == (SignupState.MAKING, 5)
    fault(shop).unlink()
    words = ("deploy", "acme-shop", NAME, ANN, "--on", "memory:m4@here", "--yes")
    assert shop.fleet.lectl(*words).code == 0
    advance(shop.world, shop.server, shop.one())
    assert shop.one().state == "live"
