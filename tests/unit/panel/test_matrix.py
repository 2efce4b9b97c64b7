"""Every route for everybody, generated from the one table (promise S8)."""

import json

import pytest

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel import app as application
from leadengine_ctl.panel.door import paths
from leadengine_ctl.panel.door.rules import RULES, Rule
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.asking import JSON, OWN, ask, expected, furnish, outcome, path_of, questions
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long


def test_every_route_answers_everybody_as_the_table_says(fleet: Fleet, panel: Panel) -> None:
    known = furnish(fleet, panel)
    everybody: dict[str, tuple[Role | None, tuple[str, ...] | None]] = {"anonymous": (None, None)}
    everybody |= {role.value: (role, None) for role in Role}
    everybody |= {f"{role} of acme": (role, (OWN,)) for role in Role}
    asked, wrong = 0, []
    for who, (role, scope) in everybody.items():
        name_of_person = who.replace(" ", "-")
        program = panel.program(role, scope, name_of_person) if role else panel.stranger().client
        browser = panel.browser(role, scope, name_of_person) if role else panel.stranger()
        browser.get("/sign-in")
        for name, client in questions():
            rule, path = RULES[name], path_of(name, client, known)
            if "/api/" in name:
                method = name.partition(" ")[0]
                answer = program.request(method, path, content=b"{}", headers=JSON)
            else:
                answer = ask(browser, name, path)
            asked += 1
            assert answer.status_code < 500, (who, name, answer.text)
            found, wanted = outcome(answer, name), expected(rule, role, scope, client)
            if found != wanted:
                wrong.append((who, name, client, wanted, found, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked == len(everybody) * len(list(questions()))


@pytest.mark.parametrize("kind", ["suspended", "revoked", "expired", "half", "nonsense"])
def test_what_is_over_opens_nothing(fleet: Fleet, panel: Panel, kind: str) -> None:
    """A suspended person, a revoked or expired token, half a sign-in, and something made up."""
    fleet.add(OWN)
    store = panel.desk.world.store
    person = panel.person(Role.OWNER, name=kind)
    record, token = store.tokens.create(person.id, "a test", Role.OWNER, 1)
    browser = panel.browser(Role.OWNER, name=kind)
    text = token.get_secret_value()
    if kind == "suspended":
        store.people.add("other@panel.test", Role.OWNER)
        store.people.activate(person.id, active=False)
    elif kind == "revoked":
        store.tokens.revoke(record.id)
        store.sessions.close_all(person.id)
    elif kind == "expired":
        text = store.tokens.create(person.id, "old", Role.OWNER, -1)[1].get_secret_value()
        store.sessions.close_all(person.id)
    elif kind == "half":
        browser.client.cookies.clear()
        half = store.sessions.open(person.id, proven=False).get_secret_value()
        browser.client.cookies.set("__Host-lectl", half, domain="panel.test")
        text = "lectl_nothing"
    else:
        browser.client.cookies.clear()
        browser.client.cookies.set("__Host-lectl", "nonsense", domain="panel.test")
        text = "lectl_nonsense"
    for name in ("GET /", "GET /team", "GET /clients/acme", "POST /deploy", "POST /team"):
        assert outcome(ask(browser, name, name.partition(" ")[2]), name) == "door", name
    for name in ("GET /api/v1/clients", "GET /api/v1/me", "POST /api/v1/deploys"):
        answer = ask(panel.stranger(), name, name.partition(" ")[2], text)
        assert answer.status_code == 401, (name, answer.text)


def test_a_route_without_a_row_fails_the_build(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(RULES, "GET /team")
    with pytest.raises(LookupError, match=r"no rule for: \['GET /team'\]"):
        application.check_table(panel.app)


def test_a_row_without_a_route_fails_the_build(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, "GET /nowhere", Rule(None))
    with pytest.raises(LookupError, match="no route for"):
        application.check_table(panel.app)


def test_a_route_without_a_row_is_not_reached_even_when_the_build_did_not_look(
    panel: Panel,
) -> None:
    @panel.app.get("/forgotten")
    def forgotten() -> str:
        raise AssertionError

    assert panel.browser(Role.OWNER).get("/forgotten").status_code == 404
    assert panel.stranger().get("/forgotten").status_code == 303


def test_the_gate_finds_each_row_by_its_own_path() -> None:
    """Else one would be asked for the rights of another route than the one that runs."""
    for name in RULES:
        method, _, template = name.partition(" ")
        path = template.replace("{", "").replace("}", "")
        found = paths.find(method, path + ("/style.css" if name == "GET /static" else ""))
        assert found is not None, name
        assert found.name == name


def test_a_token_serves_the_api_and_no_page_and_a_session_no_change_of_the_api(
    fleet: Fleet, panel: Panel
) -> None:
    fleet.add(OWN)
    program, browser = panel.program(Role.OWNER), panel.browser(Role.OWNER)
    assert program.get("/api/v1/me").status_code == 200
    assert program.get("/team", follow_redirects=False).status_code == 403
    assert browser.get("/api/v1/me").status_code == 200
    body = json.dumps({"confirm": OWN})
    answer = browser.client.post(f"/api/v1/clients/{OWN}/destroy", content=body, headers=JSON)
    assert answer.status_code == 403


def test_a_token_may_less_than_its_person_and_never_more(fleet: Fleet, panel: Panel) -> None:
    person = panel.person(Role.ADMIN)
    store = panel.desk.world.store
    _, small = store.tokens.create(person.id, "small", Role.VIEWER, 1)
    _, large = store.tokens.create(person.id, "large", Role.OWNER, 1)
    client = panel.stranger().client
    for token, role in ((small, "viewer"), (large, "admin")):
        bearer = {"Authorization": f"Bearer {token.get_secret_value()}"}
        assert client.get("/api/v1/me", headers=bearer).json()["role"] == role
