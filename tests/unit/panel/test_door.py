"""Getting in takes a password and a code; nothing else does (promise S9)."""

import re
import time

import pyotp
import pytest
from pydantic import SecretStr

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel.door import codes, cookies, passwords, throttle
from leadengine_ctl.panel.door.gate import ROTATE
from tests.unit.panel.visitors import URL, Browser, Panel

PASSWORD = "correct horse battery staple"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SETUP_PATHS = (
    "/setup", "/setup/", "//setup", "/%2fsetup", "/SETUP", "/install", "/init", "/register", "/signup",
    "/sign-up", "/admin", "/admin/setup", "/api/setup", "/api/v1/setup", "/api/v1/users", "/first-run",
    "/onboarding", "/../setup", "/setup/..%2f", "/wizard", "/Sign-In/../team", "/team/", "/TEAM", "//team",
    "/team%20", "/./team", "/static/../team", "/static/..%2fteam", "/static/%2e%2e/team",
)  # fmt: skip


def add(panel: Panel, email: str = "ann@panel.test", role: Role = Role.OWNER) -> str:
    people = panel.desk.world.store.people
    person = people.add(email, role)
    people.set_password(person.id, passwords.hash_password(PASSWORD))
    people.set_totp(person.id, SecretStr(SEED), 0)
    return person.id


def sign_in(browser: Browser, email: str = "ann@panel.test", password: str = PASSWORD) -> int:
    browser.get("/sign-in")
    return browser.post("/sign-in", {"email": email, "password": password}).status_code


def code(ahead: int = 0) -> str:
    return pyotp.TOTP(SEED).at(time.time() + 30 * ahead)


def test_a_password_and_a_code_let_in_and_each_step_has_a_new_token(panel: Panel) -> None:
    add(panel)
    browser = panel.stranger()
    assert browser.get("/").headers["location"] == "/sign-in"
    assert sign_in(browser) == 303
    half = browser.client.cookies[cookies.SESSION]
    assert browser.get("/").headers["location"].startswith("/sign-in/code")
    assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 401
    assert browser.post("/sign-in/code", {"code": code()}).headers["location"] == "/"
    assert browser.client.cookies[cookies.SESSION] != half
    assert browser.get("/").status_code == 200
    browser.client.cookies.set(cookies.SESSION, half, domain="panel.test")
    assert browser.get("/").status_code == 303


def test_a_code_is_taken_once(panel: Panel) -> None:
    add(panel)
    first, second = panel.stranger(), panel.stranger()
    used = code()
    for browser, answer in ((first, 303), (second, 401)):
        assert sign_in(browser) == 303
        assert browser.post("/sign-in/code", {"code": used}).status_code == answer


def test_an_invited_person_chooses_a_password_and_connects_an_app(panel: Panel) -> None:
    person = panel.desk.world.store.people.add("ann@panel.test", Role.VIEWER)
    invitation = panel.desk.world.store.people.invite(person.id, 60).get_secret_value()
    browser = panel.stranger()
    browser.get("/welcome")
    weak = {"code": invitation, "password": "short", "repeated": "short"}
    assert browser.post("/welcome", weak).status_code == 422
    chosen = {"code": invitation, "password": PASSWORD, "repeated": PASSWORD}
    assert browser.post("/welcome", chosen).headers["location"] == "/sign-in/set-up"
    page = browser.get("/sign-in/set-up").text
    seed = re.search(r"The key is <code>(\w+)<", page)
    sealed = re.search(r'name="seed" value="([^"]+)"', page)
    assert seed
    assert sealed
    now = pyotp.TOTP(seed[1]).now()
    assert browser.post("/sign-in/set-up", {"seed": sealed[1], "code": now}).status_code == 303
    assert browser.get("/").status_code == 200
    assert panel.stranger().post("/welcome", chosen).status_code in {403, 410}


def test_a_sealed_seed_of_somebody_else_is_not_taken(panel: Panel) -> None:
    people = panel.desk.world.store.people
    ann, eve = people.add("ann@panel.test", Role.OWNER), people.add("eve@panel.test", Role.VIEWER)
    sealed = panel.desk.keys.seal(SecretStr(f"{eve.id}:{SEED}"))
    browser = panel.stranger()
    half = panel.desk.world.store.sessions.open(ann.id, proven=False).get_secret_value()
    browser.client.cookies.set(cookies.SESSION, half, domain="panel.test")
    assert browser.post("/sign-in/set-up", {"seed": sealed, "code": code()}).status_code == 401
    assert people.get(ann.id).totp is None


def test_nobody_becomes_somebody_on_a_fresh_panel(panel: Panel) -> None:
    """A scanner that knows every path of ours and of others finds no way to an account."""
    browser = panel.stranger()
    browser.get("/sign-in")
    for path in SETUP_PATHS:
        for answer in (browser.get(path), browser.post(path, {"email": "eve@evil.test"})):
            assert answer.status_code in {303, 401, 403, 404, 405, 410, 429}, (path, answer)
            assert answer.headers.get("location", "/sign-in").startswith("/sign-in"), path
    guesses = ("admin", "password", "", "captain42", "a" * 32)
    for guess in guesses:
        answer = browser.post(
            "/welcome", {"code": guess, "password": PASSWORD, "repeated": PASSWORD}
        )
        assert answer.status_code == 410
    assert panel.desk.world.store.people.all() == ()


def test_who_guesses_locks_out_strangers_and_not_the_person(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(panel)
    ann = panel.stranger()
    sign_in(ann)
    assert ann.post("/sign-in/code", {"code": code()}).status_code == 303
    ann.post("/sign-out")
    monkeypatch.setattr(throttle, "_FOR_ACCOUNT", 3)
    eve = panel.stranger()
    answers = [sign_in(eve, password=f"guess number {number}") for number in range(5)]
    assert answers == [401] * 3 + [429] * 2
    assert sign_in(panel.stranger()) == 429, "a stranger with the right password waits as well"
    assert sign_in(ann) == 303, "the browser that was used before does not"


def test_many_accounts_from_one_network_are_slowed_down(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_FROM_NETWORK", 3)
    eve = panel.stranger()
    answers = [sign_in(eve, f"person{number}@panel.test", "guess") for number in range(5)]
    assert answers == [401] * 3 + [429] * 2


def test_a_form_of_another_site_is_not_taken(panel: Panel) -> None:
    browser = panel.browser(Role.OWNER)
    good = {"form": "0" * 64, "email": "eve@panel.test", "role": "owner"}
    for headers in (
        {},
        {"Origin": "https://evil.test"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": URL},
    ):
        answer = browser.client.post("/team", data=good, headers=headers)
        assert answer.status_code == 403, headers
    assert panel.desk.world.store.people.find("eve@panel.test") is None
    assert browser.post("/team", {"email": "eve@panel.test", "role": "viewer"}).status_code == 200


def test_a_session_gets_a_new_token_after_an_hour_and_the_old_one_fades(panel: Panel) -> None:
    browser = panel.browser(Role.VIEWER)
    old = browser.client.cookies[cookies.SESSION]
    store = panel.desk.world.store.sessions
    session = store.find(old, 1e6, 1e6)
    assert session
    store._change(session.digest, {"rotated_at": time.time() - ROTATE - 1})
    answer = browser.get("/account")
    assert answer.cookies[cookies.SESSION] != old
    assert store.find(old, 1e6, 1e6), "requests under way go on"
    found = store.find(answer.cookies[cookies.SESSION], 1e6, 1e6)
    assert found
    store._change(found.digest, {"rotated_at": time.time() - 61})
    assert store.find(old, 1e6, 1e6) is None


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(panel: Panel) -> None:
    store = panel.desk.world.store.sessions
    token = store.open(panel.person(Role.VIEWER).id, proven=True).get_secret_value()
    assert store.find(token, 10, 10)
    assert store.find(token, 0, 10) is None
    assert store.find(token, 10, 0) is None


def test_another_password_ends_every_other_browser(panel: Panel) -> None:
    add(panel, "owner@panel.test")
    here, there = panel.browser(Role.OWNER), panel.browser(Role.OWNER)
    new = "a quite different sentence"
    wrong = {"current": "no", "password": new, "repeated": new}
    assert here.post("/account/password", wrong).status_code == 422
    assert here.post("/account/password", {**wrong, "current": PASSWORD}).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


@pytest.mark.parametrize(
    "place", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:1"]
)
def test_the_door_leads_to_no_other_place(panel: Panel, place: str) -> None:
    page = panel.stranger().get(f"/sign-in?next={place}").text
    assert '<input type="hidden" name="next" value="/">' in page


def test_a_page_may_run_nothing_but_our_own_files(panel: Panel) -> None:
    browser = panel.browser(Role.OWNER)
    for path in ("/", "/team", "/nowhere", "/static/style.css"):
        headers = browser.get(path).headers
        assert "script-src 'self';" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"]
    page = browser.get("/").text
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


def test_a_body_that_is_larger_than_any_form_is_not_read_to_its_end(panel: Panel) -> None:
    answer = panel.stranger().post("/sign-in", {"email": "a" * 400_000})
    assert answer.status_code == 413


def test_codes_of_other_minutes_are_wrong() -> None:
    seed, now = SecretStr(SEED), 1_800_000_000.0
    totp = pyotp.TOTP(SEED)
    for steps, taken in ((0, True), (1, True), (-1, True), (2, False), (-2, False), (40, False)):
        found = codes.step_of(seed, totp.at(now + 30 * steps), now)
        assert (found is not None) is taken, steps


def test_one_network_is_a_household() -> None:
    assert throttle.network_of("2001:db8::1") == throttle.network_of("2001:db8::ffff")
    assert throttle.network_of("192.0.2.1") != throttle.network_of("192.0.2.2")
    assert throttle.network_of("nonsense") == "unknown"


def test_a_pace_allows_a_burst_and_then_an_even_flow() -> None:
    pace = throttle.Pace(per_second=0.001, burst=5, most_keys=2)
    assert [pace.wait("a") for _ in range(5)] == [0.0] * 5
    assert pace.wait("a") > 0
    assert pace.wait("b") == 0
