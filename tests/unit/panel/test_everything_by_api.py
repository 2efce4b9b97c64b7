"""What the pages of alerts, approvals and the fleet do, a program does as well."""

import time

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.alerting import settle
from leadengine_ctl.planning.alerts import Finding
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting, a_beat, a_stack
from tests.unit.panel.visitors import Panel

RED = Finding("client", "acme", "critical", "acme is red: a service is not healthy.")
BLUE = Finding("client", "beta", "warning", "beta is slow.")
API = "/api/v1"


def test_incidents_are_read_and_seen_and_a_scope_hides_others(fleet: Fleet, panel: Panel) -> None:
    settle(fleet.world, [RED, BLUE])
    program = panel.program(Role.OPERATOR)
    found = program.get(f"{API}/incidents").json()["incidents"]
    assert {each["subject"] for each in found} == {"acme", "beta"}
    of_acme = panel.program(Role.OPERATOR, ("acme",), "acme-only")
    (mine,) = of_acme.get(f"{API}/incidents").json()["incidents"]
    assert mine["subject"] == "acme"
    seen = of_acme.post(f"{API}/incidents/{mine['id']}/see").json()
    assert seen["seen_by"] == "acme-only@panel.test"
    (other,) = (each["id"] for each in found if each["subject"] == "beta")
    assert of_acme.post(f"{API}/incidents/{other}/see").status_code == 404
    settle(fleet.world, [])
    assert program.get(f"{API}/incidents").json()["incidents"] == []
    assert len(program.get(f"{API}/incidents?past=10").json()["incidents"]) == 2


def test_a_maintenance_window_begins_when_it_is_said_and_mutes(fleet: Fleet, panel: Panel) -> None:
    settle(fleet.world, [RED])
    program, later = panel.program(Role.OPERATOR), time.time() + 3600
    wanted = {"subject": "acme", "reason": "moving", "hours": 2}
    planned = program.post(f"{API}/mutes", json={**wanted, "begins": later}).json()
    assert planned["ends"] - planned["begins"] == 7200
    (incident,) = program.get(f"{API}/incidents").json()["incidents"]
    assert not incident["muted"], "it has not begun"
    now = program.post(f"{API}/mutes", json=wanted).json()
    (incident,) = program.get(f"{API}/incidents").json()["incidents"]
    assert incident["muted"]
    assert program.post(f"{API}/mutes/{now['id']}/end").status_code == 204
    assert [each["id"] for each in program.get(f"{API}/mutes").json()["mutes"]] == [planned["id"]]
    assert program.post(f"{API}/mutes", json={**wanted, "hours": -1}).status_code == 422


def test_a_channel_is_added_tried_and_removed_and_its_target_never_shown(panel: Panel) -> None:
    program = panel.program(Role.ADMIN)
    hook = {"kind": "webhook", "name": "team", "target": "https://127.0.0.1/canary-hook-77"}
    made = program.post(f"{API}/channels", json=hook)
    assert made.status_code == 201
    assert "canary-hook-77" not in made.text + program.get(f"{API}/channels").text
    place = f"{API}/channels/{made.json()['id']}"
    assert program.post(f"{place}/test").status_code == 409, "it is not public"
    assert program.post(f"{place}/remove").status_code == 204
    assert program.get(f"{API}/channels").json()["channels"] == []
    assert program.post(f"{API}/channels", json={**hook, "target": "x"}).status_code == 422


def test_a_second_person_agrees_by_the_api(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme")
    ann, ben = panel.program(Role.ADMIN, name="ann"), panel.program(Role.ADMIN, name="ben")
    asked = ann.post(f"{API}/clients/acme/destroy", json={"confirm": "acme"}).json()["approval"]
    (waiting,) = ben.get(f"{API}/approvals").json()["approvals"]
    assert (waiting["id"], waiting["asked_by"]) == (asked, "ann@panel.test")
    assert ann.post(f"{API}/approvals/{asked}/agree").status_code == 409, "not one's own"
    assert ben.post(f"{API}/approvals/{asked}/agree").json()["operation"]
    assert ben.post(f"{API}/approvals/{asked}/refuse").status_code == 409, "it is answered"


def test_a_view_is_kept_under_a_name_shown_as_a_chip_and_is_ones_own(panel: Panel) -> None:
    browser = panel.browser(Role.VIEWER)
    red = "/?plan=hosted&health=red"
    assert "Keep this view" in browser.get(red).text
    kept = browser.post("/views", {"view": "plan=hosted&health=red", "name": "Red & hosted"})
    assert kept.status_code == 303
    page = browser.get(kept.headers["location"]).text
    assert "Red &amp; hosted" in page
    assert "Forget" in page
    program = panel.program(Role.VIEWER, name="viewer")
    (view,) = program.get(f"{API}/views").json()["views"]
    other = panel.program(Role.VIEWER, name="other")
    assert other.get(f"{API}/views").json()["views"] == []
    assert other.post(f"{API}/views/{view['id']}/remove").status_code == 404
    again = program.post(f"{API}/views", json={"name": view["name"], "view": {"q": "acme"}})
    assert again.json()["address"] == "/?q=acme"
    (only,) = program.get(f"{API}/views").json()["views"]
    assert browser.post(f"/views/{only['id']}/remove").status_code == 303
    assert program.get(f"{API}/views").json()["views"] == []
    for number in range(20):
        wanted = {"name": f"view {number}", "view": {}}
        assert program.post(f"{API}/views", json=wanted).status_code == 201
    assert program.post(f"{API}/views", json={"name": "more", "view": {}}).status_code == 409
    assert browser.post("/views", {"view": "sort=nothing", "name": "x"}).status_code == 422


def test_people_are_added_changed_suspended_and_invited_and_nobody_above_oneself(
    panel: Panel,
) -> None:
    admin = panel.program(Role.ADMIN)
    made = admin.post(f"{API}/team", json={"email": "new@panel.test", "role": "operator"})
    assert made.status_code == 201
    assert made.json()["link"].startswith("https://panel.test/welcome#")
    person = made.json()["person"]["id"]
    place = f"{API}/team/{person}"
    changed = admin.post(place, json={"role": "viewer", "scope": ["acme"]}).json()
    assert (changed["role"], changed["clients"]) == ("viewer", ["acme"])
    assert not admin.post(f"{place}/suspend").json()["active"]
    assert admin.post(f"{place}/activate").json()["active"]
    assert admin.post(f"{place}/invite").json()["link"] != made.json()["link"]
    assert "new@panel.test" in admin.get(f"{API}/team").text
    assert admin.post(place, json={"role": "owner"}).status_code == 409
    owner = panel.person(Role.OWNER)
    assert admin.post(f"{API}/team/{owner.id}/suspend").status_code == 409
    wanted = {"email": "boss@panel.test", "role": "owner"}
    assert admin.post(f"{API}/team", json=wanted).status_code == 409


def test_usage_events_and_hosts_are_read(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta")
    reporting = Reporting(fleet.world.store)
    reporting.past("host-acme", days=2, fills=5.0)
    reporting.use("host-acme", "acme", 10)
    reporting.event("host-acme", "acme", 1, ("health", "restarted", "done", "it had died"))
    reporting.report("host-acme", a_beat(a_stack("acme"), a_stack("beta")))
    program = panel.program(Role.VIEWER, ("acme",))
    days = program.get(f"{API}/clients/acme/usage?days=7").json()["days"]
    assert len(days) == 7
    assert days[-1]["visitors"] > 0
    (event,) = program.get(f"{API}/clients/acme/events").json()["events"]
    assert (event["what"], event["detail"]) == ("restarted", "it had died")
    host = program.get(f"{API}/hosts/host-acme").json()
    assert host["days_until_full"] > 1
    assert host["why"] == ""
    assert [each["client"] for each in host["heartbeat"]["stacks"]] == ["acme"]
    assert program.get(f"{API}/hosts/host-beta").status_code == 404
    assert program.get(f"{API}/clients/beta/usage").status_code == 404
