"""What strangers may not do, and what a payment that fails leaves behind: nothing."""

import pytest

from leadengine.serving.own_paths import RESERVED
from leadengine_ctl.errors import LockedError, NotAllowedError
from leadengine_ctl.fleet.billing_records import Kind
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.notify.base import NotSentError
from leadengine_ctl.operations.signups.beginning import begin
from leadengine_ctl.operations.signups.describing import KEPT_FREE, Described, describe
from leadengine_ctl.operations.signups.proving import find_proof, record_of
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel
from tests.unit.signup.people import ACME, Lobby

pytestmark = pytest.mark.long

ID = "0123456789abcdef01234567"
FAULTS = ("lost", "deaf", "500", "429")


def test_nothing_is_there_unless_it_was_switched_on(fleet: Fleet) -> None:
    stranger = Panel.open(fleet.lectl.folder).stranger()
    for path in ("/start", "/start/go", "/start/mine"):
        assert stranger.get(path).status_code == 404, path
    for path in ("/start", "/start/go", "/start/mine/company", "/start/mine/payment"):
        assert stranger.post(path, {"plan": "hosted", "email": "a@b.test"}).status_code == 404
    assert fleet.world.store.signups.all() == ()


def test_a_form_of_another_site_is_not_taken(lobby: Lobby) -> None:
    browser = lobby.panel.stranger()
    browser.get("/start")
    sent = {"plan": "hosted", "email": "a@b.test", "form": "0" * 64}
    assert browser.client.post("/start", data=sent).status_code == 403
    assert lobby.world.store.signups.all() == ()


@pytest.mark.parametrize(
    ("plan", "email", "words"),
    [
        ("hosted", "bob@mailinator.com", "cannot be used"),
        ("hosted", "bob@x.yopmail.com", "cannot be used"),
        ("hosted", "nobody", "email"),
        ("hosted", "a@b.test\r\nBcc: c@d.test", "email"),
    ],
)
def test_what_is_no_address_to_write_to_begins_nothing(
    lobby: Lobby, plan: str, email: str, words: str
) -> None:
    browser = lobby.panel.stranger()
    browser.get("/start")
    answer = browser.post("/start", {"plan": plan, "email": email})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert lobby.world.store.signups.all() == ()


def test_nobody_s_mailbox_is_flooded_and_no_network_begins_without_end(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        begin(lobby.world, "hosted", "ann@acme.test", "192.0.2.1/32")
    with pytest.raises(NotAllowedError, match="begun already"):
        begin(lobby.world, "hosted", "Ann@acme.test", "192.0.2.2/32")
    monkeypatch.setenv("LECTL_SIGNUP_AN_HOUR", "2")
    world = lobby.world
    for number in range(2):
        begin(world, "hosted", f"a{number}@acme.test", "192.0.2.9/32")
    with pytest.raises(NotAllowedError, match="Too many"):
        begin(world, "hosted", "more@acme.test", "192.0.2.9/32")
    begin(world, "hosted", "more@acme.test", "192.0.2.10/32")


def test_links_are_not_guessed_without_end(lobby: Lobby) -> None:
    _, secret = begin(lobby.world, "hosted", "ann@acme.test", "192.0.2.1/32")
    browser = lobby.panel.stranger()
    browser.get("/start/go")
    for _ in range(20):
        assert browser.post("/start/go", {"code": "A" * 43}).status_code == 410
    right = browser.post("/start/go", {"code": secret.get_secret_value()})
    assert right.status_code == 410, "even the right one, from there, for a while"


def test_two_of_one_name_get_two_names_and_reserved_ones_nobody(lobby: Lobby) -> None:
    seen = []
    for number, company in enumerate(("Acme Shop", "Acme Shop", "Settings", "1&1", "Ünï")):
        browser = lobby.arrive(f"a{number}@acme.test")
        said = {**ACME, "company": company, "domain": f"www.site{number}.test"}
        assert browser.post("/start/mine/company", said).status_code == 303, company
        seen.append(lobby.one().slug)
    assert seen == ["acme-shop", "acme-shop-2", "settings-2", "c-1-1", "uni"]


def test_the_names_of_a_hosted_stack_itself_are_kept_free() -> None:
    plain = {each for each in RESERVED if each.replace("-", "").isalnum()}
    assert plain <= KEPT_FREE


def test_a_client_s_website_is_not_signed_up_twice(lobby: Lobby) -> None:
    words = ("tenant", "create", "first", "acme-shop.test", "a@acme-shop.test")
    assert lobby.fleet.lectl(*words).code == 0
    answer = lobby.arrive().post("/start/mine/company", ACME)
    assert (answer.status_code, "client&#39;s website already" in answer.text) == (422, True)


def test_a_mail_that_goes_out_meanwhile_stops_nobody_s_form_and_another_change_does(
    lobby: Lobby,
) -> None:
    lobby.arrive()
    begun = lobby.one()
    lobby.go_on()
    assert lobby.one().mailed == ("begun",)
    described = describe(lobby.world, begun, Described.model_validate(ACME))
    assert (described.slug, described.mailed) == ("acme-shop", ("begun",))
    with pytest.raises(LockedError):
        describe(lobby.world, begun, Described.model_validate({**ACME, "company": "Other"}))


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_request_of_the_payment_fails_the_same_again_makes_it_whole(
    lobby: Lobby, fault: str
) -> None:
    """N = every request of it, each in four ways: one customer, one page, no client before it is paid."""
    for at in range(1, 4):
        browser = lobby.arrive(f"a{at}@acme.test")
        said = {"company": f"Shop {at}", "domain": f"www.shop{at}.test", "colour": "#0f766e"}
        assert browser.post("/start/mine/company", said).status_code == 303
        before = len(lobby.account.server.look().checkouts)
        lobby.account.fault(fault, at)
        browser.post("/start/mine/payment")
        assert browser.post("/start/mine/payment").status_code == 303
        customers = list(lobby.account.server.all(Kind.CUSTOMER))
        assert len(customers) == at
        assert len(lobby.account.server.look().checkouts) == before + 1
        assert lobby.world.store.hosted.all() == ()
    assert list(lobby.account.server.all(Kind.SUBSCRIPTION)) == []


def test_a_card_that_is_declined_and_a_page_that_lapses_leave_no_half_client(lobby: Lobby) -> None:
    browser = lobby.arrive()
    browser.post("/start/mine/company", ACME)
    browser.post("/start/mine/payment")
    first = lobby.one().checkout
    lobby.account.customers.pay_at(first, good=False)
    lobby.go_on()
    assert (lobby.one().state, lobby.one().checkout) == ("open", first)
    lobby.account.customers.let_lapse(first)
    lobby.go_on()
    assert lobby.one().checkout == ""
    assert browser.post("/start/mine/payment").status_code == 303
    assert lobby.one().checkout not in {"", first}
    lobby.account.customers.pay_at(lobby.one().checkout)
    lobby.until("live")
    assert len(list(lobby.account.server.all(Kind.SUBSCRIPTION))) == 1


def a_signup(client_id: str = "") -> SignupRecord:
    return SignupRecord(
        id="1", email="a@b.test", plan="hosted", created_at=0, proof="f00d", domain="www.b.test",
        client_id=client_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pages", "client_id", "found"),
    [
        ({}, "", ""),
        ({"https://www.b.test/.well-known/leadengine.txt": "leadengine-verify=f00d\n"}, "", "file"),
        ({"https://www.b.test/.well-known/leadengine.txt": "leadengine-verify=beef"}, "", ""),
        ({"https://www.b.test/": f"<script src='//c.test/{ID}/pixel.js'>"}, ID, "snippet"),
        ({"https://www.b.test/": "<p>hello</p>"}, ID, ""),
    ],
)  # fmt: skip
def test_a_website_is_proven_by_what_only_its_owner_can_put_there(
    lobby: Lobby, pages: dict[str, str], client_id: str, found: str
) -> None:
    def load(url: str) -> str:
        if url not in pages:
            raise NotSentError("The address was not read", "The answer was 404.", "")
        return pages[url]

    assert record_of(a_signup()) == "leadengine-verify=f00d"
    assert find_proof(lobby.world, a_signup(client_id), load) == found
