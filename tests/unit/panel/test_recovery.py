"""A client is backed up, proven and brought back from its page, by whoever may, with a plan before it."""

from dataclasses import dataclass

import pytest

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.fleet.records import EventLine, OperationRecord, OperationState
from leadengine_ctl.fleet.store import now
from leadengine_ctl.operations.backups.requests import BackupRequest
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.recovering import Desk, furnish
from tests.unit.panel.test_work import place, work
from tests.unit.panel.visitors import Panel


@dataclass(frozen=True)
class Office:
    """acme with data and a storage, and a panel on the same store."""

    desk: Desk
    panel: Panel


@pytest.fixture
def office(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "canary-storage")
    desk = furnish(fleet.lectl)
    return Office(desk, Panel.open(fleet.lectl.folder))


@pytest.mark.long
def test_a_restore_goes_from_the_button_over_the_plan_to_the_data_of_then(office: Office) -> None:
    browser = office.panel.browser(Role.OPERATOR)
    where = place(browser.post("/clients/acme/backup"))
    assert browser.get(where).text.count("to come") == 3
    work(office.panel)
    assert "done" in browser.get(where).text
    office.desk.write("tuesday")
    points = browser.get("/clients/acme/points").text
    (point,) = (each.id for each in office.desk.state().stacks["acme"].backups.points)
    assert point in points
    plan = browser.post("/clients/acme/restore/plan", {"point": point}).text
    assert "database, files and vectors of acme on one" in plan
    assert office.desk.database() == "tuesday", "a plan changes nothing"
    wrong = browser.post("/clients/acme/restore", {"point": point, "confirm": "acne"})
    assert wrong.status_code == 422
    assert "was not typed" in wrong.text
    where = place(browser.post("/clients/acme/restore", {"point": point, "confirm": "acme"}))
    work(office.panel)
    assert office.desk.database() == "monday"
    assert "operator@panel.test" in browser.get(where).text
    assert "Undo the last restore" in browser.get("/clients/acme/points").text
    undone = {"undo": "1", "confirm": "acme"}
    browser.post("/clients/acme/restore", undone)
    work(office.panel)
    assert office.desk.database() == "tuesday"


def test_a_point_is_proven_from_the_page(office: Office) -> None:
    office.desk.backup()
    browser = office.panel.browser(Role.OPERATOR)
    where = place(browser.post("/clients/acme/verify"))
    work(office.panel)
    assert "is equal" in browser.get(where).text
    assert "not yet" not in browser.get("/clients/acme/points").text


def test_a_restore_takes_two_persons_where_the_settings_say_so(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "canary-storage")
    monkeypatch.setenv("LECTL_PANEL_TWO_PERSONS", "destroy, restore")
    desk = furnish(fleet.lectl)
    panel = Panel.open(fleet.lectl.folder)
    desk.backup()
    desk.write("tuesday")
    asker = panel.browser(Role.OPERATOR)
    answer = asker.post("/clients/acme/restore", {"confirm": "acme"})
    assert place(answer) == "/clients/acme?asked=1"
    work(panel)
    assert desk.database() == "tuesday"
    (waiting,) = panel.desk.world.store.approvals.waiting()
    panel.browser(Role.ADMIN).post(f"/approvals/{waiting.id}/agree")
    work(panel)
    assert desk.database() == "monday"


@pytest.mark.long
def test_the_same_by_the_api(office: Office) -> None:
    program = office.panel.program(Role.OPERATOR)
    base = "/api/v1/clients/acme"
    assert program.post(f"{base}/backup").status_code == 202
    work(office.panel)
    office.desk.write("tuesday")
    (point,) = program.get(f"{base}/points").json()["points"]
    plan = program.post(f"{base}/restore/plan", json={}).json()
    assert plan["point"] == point["id"]
    assert program.post(f"{base}/restore", json={"confirm": "x"}).status_code == 409
    asked = program.post(f"{base}/restore", json={"confirm": "acme", "point": plan["point"]})
    assert asked.status_code == 202
    work(office.panel)
    assert office.desk.database() == "monday"
    assert program.post(f"{base}/verify", json={"point": point["id"]}).status_code == 202
    work(office.panel)
    told = program.get(f"/api/v1/operations/{asked.json()['operation']}").json()
    assert told["operation"]["state"] == "done"


def test_who_may_only_look_cannot(office: Office) -> None:
    browser = office.panel.browser(Role.VIEWER)
    assert "Back up now" not in browser.get("/clients/acme").text
    for path in ("backup", "verify", "restore"):
        assert browser.post(f"/clients/acme/{path}", {"confirm": "acme"}).status_code == 403


def test_a_client_without_points_says_so(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme")
    browser = panel.browser(Role.OPERATOR)
    assert "There is none to show" in browser.get("/clients/acme/points").text
    answer = browser.post("/clients/acme/restore/plan")
    assert answer.status_code == 422
    assert "There is no good recovery point of acme" in answer.text


def test_a_part_alone_is_planned_from_the_page(office: Office) -> None:
    office.desk.must("backup", "acme")
    browser = office.panel.browser(Role.OPERATOR)
    whole = browser.post("/clients/acme/restore/plan").text
    assert "only the database" in whole
    part = browser.post("/clients/acme/restore/plan", {"only": "database"}).text
    assert '<option value="database" selected>' in part
    assert '<input type="hidden" name="only" value="database">' in part
    assert browser.post("/clients/acme/restore/plan", {"only": "everything"}).status_code == 422


def test_whoever_looks_is_told_that_a_host_waits_for_a_signature_and_what_to_run(
    fleet: Fleet, panel: Panel
) -> None:
    fleet.add("acme")
    request = BackupRequest(client="acme", host="memory://host-acme")
    record = OperationRecord(
        id="20260101-000000-abcdef", verb="backup", client="acme", actor="ann", host="host-acme",
        params=request.model_dump_json(), state=OperationState.RUNNING, started_at=now(),
    )  # fmt: skip
    operations, browser = panel.desk.world.store.operations, panel.browser(Role.OPERATOR)
    operations.start(record)
    words = "waits for an operator: lectl task sign 20260101-000000-abcdef-backup"
    told = (("backup", "started", ""), ("backup/signature", "started", words))
    operations.add_events(record.id, [EventLine(now(), *each) for each in told])
    page = browser.get(f"/operations/{record.id}").text
    assert "<code>lectl task sign 20260101-000000-abcdef-backup</code>" in page
    operations.add_events(record.id, [EventLine(now(), "backup/signature", "done", "signed")])
    assert "lectl task sign" not in browser.get(f"/operations/{record.id}").text
