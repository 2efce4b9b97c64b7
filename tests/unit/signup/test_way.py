"""From the first page to a website that is served, without a person of ours."""

import re

import pytest

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.billing.reconcile import compare
from leadengine_ctl.operations.billing.standing import verdict_of
from leadengine_ctl.operations.signups.making import MOST_TRIES, _verb
from leadengine_ctl.panel.signup.registrar import Registrar
from tests.unit.clouds.name_server import a_server
from tests.unit.panel.visitors import Browser
from tests.unit.signup.people import ACME, ANN, Lobby

pytestmark = pytest.mark.long


def test_a_stranger_becomes_a_client_and_is_written_to_at_each_stage(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = lobby.arrive()
    assert "Who are you?" in browser.get("/start/mine").text
    assert browser.post("/start/mine/company", ACME).status_code == 303
    assert "£5,000 a month" in browser.get("/start/mine").text
    assert browser.post("/start/mine/payment").status_code == 303
    page = browser.get("/start/mine").text
    assert lobby.one().checkout_url in page
    lobby.go_on()
    assert lobby.one().state == "open", "nothing is done before it is paid"
    assert lobby.world.store.hosted.all() == ()
    lobby.account.customers.pay_at(lobby.one().checkout)
    live = lobby.until("live")
    made = lobby.host("one").stacks["cloud"].tenants["acme-shop"]
    assert (made.company, made.colour) == ("Acme Shop", "#0f766e")
    assert live.seconds is not None
    page = browser.get("/start/mine").text
    shown = (live.client_id, "https://app.le.test/acme-shop", "after your payment", "WordPress")
    for words in shown:
        assert words in page, words
    assert verdict_of(lobby.world, "acme-shop").standing == "good"
    assert compare(lobby.world, lobby.server) == ()
    see_the_password_once(browser)
    ready = prove(lobby, monkeypatch)
    assert (ready.proven_by, ready.read_at is not None) == ("dns", True)
    lobby.go_on()
    assert lobby.letters() == [
        "Your sign-up at LeadEngine",
        "Thank you: your payment has arrived",
        "LeadEngine is live for www.acme-shop.test",
        "Everything works on www.acme-shop.test",
    ]
    assert {str(each["To"]) for each in lobby.mails.messages} == {ANN}
    text = lobby.panel.browser(Role.ADMIN).get("/signups").text
    assert "Acme Shop" in text
    assert f"{live.seconds:.0f} s" in text


def see_the_password_once(browser: Browser) -> None:
    """It is shown to whoever has the link."""
    shown = browser.post("/start/mine/password").text
    assert re.search(r'<code id="password">[\w-]{20,}</code>', shown)
    assert "It was shown before" in browser.post("/start/mine/password").text


def prove(lobby: Lobby, monkeypatch: pytest.MonkeyPatch) -> SignupRecord:
    """The website is proven, read, and has its first visit."""
    lobby.go_on()
    assert lobby.one().read_at is None, "nothing is read of a website that may be somebody else's"
    record = f'acme-shop.test. 60 IN TXT "leadengine-verify={lobby.one().proof}"\n'
    with a_server(record) as resolver:
        monkeypatch.setenv("LECTL_RESOLVERS", str(resolver))
        return lobby.until("ready")


def test_the_link_in_the_mail_leads_back_from_any_browser(lobby: Lobby) -> None:
    lobby.buy()
    lobby.go_on()
    other = lobby.panel.stranger()
    assert other.get("/start/mine").headers["location"] == "/start"
    other.get("/start/go")
    assert other.post("/start/go", {"code": lobby.link()}).headers["location"] == "/start/mine"
    assert "Your payment has arrived" in other.get("/start/mine").text
    assert other.post("/start/go", {"code": "A" * 43}).status_code == 410


def test_the_registrar_does_it_by_itself_and_leaves_the_making_to_a_worker(lobby: Lobby) -> None:
    lobby.buy()
    registrar = Registrar(lobby.world, lobby.server)
    registrar.work()
    assert lobby.one().state == "paid"
    registrar._next.clear()
    registrar.work()
    job = lobby.world.store.jobs.open_for("cloud")
    assert job is not None
    assert (job.verb, job.actor, lobby.one().operation) == ("create-tenant", job.actor, job.id)


def test_a_registrar_that_died_after_it_had_asked_asks_for_nothing_twice(lobby: Lobby) -> None:
    lobby.buy()
    paid = lobby.until("paid")
    # It asked, and died before that was written down.
    job = jobs.ask_for(lobby.world, _verb(lobby.world, paid))
    lobby.go_on()
    assert lobby.world.store.jobs.get(job.id).state == "done"
    lobby.until("live")
    assert [each.slug for each in lobby.world.store.hosted.all()] == ["acme-shop"]


def test_an_operation_that_fails_is_asked_for_again_and_not_for_ever(lobby: Lobby) -> None:
    browser = lobby.buy()
    lobby.until("paid")
    state = lobby.fleet.lectl.folder / "memory" / "one.json"
    kept = state.read_text()
    state.unlink()
    for _ in range(3 * MOST_TRIES):
        lobby.go_on()
    assert lobby.one().tries == MOST_TRIES
    assert "takes longer than it should" in browser.get("/start/mine").text
    assert lobby.one().problem
    assert lobby.one().state == "making"
    state.write_text(kept)


def test_with_an_approval_nobody_pays_before_somebody_agreed(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_SIGNUP_APPROVAL", "yes")
    lobby.__post_init__()
    browser = lobby.arrive()
    browser.post("/start/mine/company", ACME)
    assert "We look at it first" in browser.get("/start/mine").text
    assert browser.post("/start/mine/payment").status_code == 422
    assert lobby.account.server.look().checkouts == {}
    admin = lobby.panel.browser(Role.ADMIN)
    path = f"/signups/{lobby.one().id}"
    assert lobby.panel.browser(Role.OPERATOR).post(f"{path}/agree").status_code == 403
    assert admin.post(f"{path}/agree").status_code == 303
    assert lobby.one().agreed_by == "admin@panel.test"
    lobby.go_on()
    assert "You can go on with LeadEngine" in lobby.letters()
    assert browser.post("/start/mine/payment").status_code == 303
    lobby.account.customers.pay_at(lobby.one().checkout)
    lobby.until("live")


def test_a_refusal_gives_the_name_free_and_costs_nothing(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_SIGNUP_APPROVAL", "yes")
    lobby.__post_init__()
    browser = lobby.arrive()
    browser.post("/start/mine/company", ACME)
    admin = lobby.panel.browser(Role.ADMIN)
    assert admin.post(f"/signups/{lobby.one().id}/refuse").status_code == 303
    assert "Nothing was charged" in browser.get("/start/mine").text
    lobby.go_on()
    assert len(lobby.letters()) == 2
    assert lobby.world.store.signups.owner_of("acme-shop") is None
    assert browser.post("/start/mine/company", ACME).status_code == 422


def test_a_stack_of_one_s_own_is_deployed_and_shows_what_to_write_into_the_dns(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_SIGNUP_HOST", "memory://two")
    lobby.__post_init__()
    browser = lobby.buy(plan="dedicated")
    assert "£7,500" in lobby.panel.stranger().get("/start").text
    live = lobby.until("live")
    assert live.dashboard == "https://leads.acme-shop.test"
    client = lobby.world.store.clients.get("acme-shop")
    assert client.spec.plan == "dedicated"
    assert (client.spec.brand.name, client.spec.brand.primary) == ("Acme Shop", "#0f766e")
    assert client.config == {"brand.name": "Acme Shop", "brand.primary": "#0f766e"}, (
        "so that they stay when it is deployed again"
    )
    assert lobby.host("two").stacks["acme-shop"].spec == client.spec
    assert "https://leads.acme-shop.test/pixel.js" in browser.get("/start/mine").text
