"""All clients are backed up by one job: after a plan, past those that fail, and never twice after a kill."""

import pytest

from leadengine_ctl.errors import PartialError
from leadengine_ctl.fleet.panel_records import JobState, Role
from leadengine_ctl.operations.backups import everybody
from leadengine_ctl.operations.jobs import ask_for_backups
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.recovering import Desk, furnish
from tests.unit.panel.test_work import place, work
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long

API = "/api/v1/backups"


@pytest.fixture
def desk(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """acme and beta with a storage, gamma without."""
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "canary-storage")
    found = furnish(fleet.lectl)
    found.must("deploy", "beta", "beta.test", "--host", "memory://two")
    found.must("deploy", "gamma", "gamma.test", "--host", "memory://three")
    found.must("config", "set", "backup.targets=none", "gamma", "--yes")
    return found


def points(desk: Desk, host: str, client: str) -> int:
    return len(desk.state(host).stacks[client].backups.points)


def test_a_plan_comes_first_and_one_job_does_it(desk: Desk, fleet: Fleet) -> None:
    panel = Panel.open(fleet.lectl.folder)
    browser = panel.browser(Role.OPERATOR)
    assert 'href="/backups/new"' in browser.get("/").text
    plan = browser.get("/backups/new").text
    assert "Back up 2 clients" in plan
    assert "acme, beta" in plan
    assert "it has no storage for recovery points" in plan
    stale = browser.post("/backups", {"clients": "3"})
    assert stale.status_code == 409
    assert "The plan named 3 clients, and there are 2 now" in stale.text
    where = place(browser.post("/backups", {"clients": "2"}))
    assert "Back-up all clients" in browser.get(where).text
    again = browser.post("/backups", {"clients": "2"})
    assert again.status_code == 409, "one at a time"
    work(panel)
    assert (points(desk, "one", "acme"), points(desk, "two", "beta")) == (1, 1)
    assert points(desk, "three", "gamma") == 0
    shown = browser.get(where).text
    assert "<dt>Done</dt><dd>2</dd>" in shown
    own = browser.get("/operations?client=beta").text
    assert "operator@panel.test" in own, "each is an operation of its own, in the asker's name"


def test_one_that_fails_is_named_and_keeps_nobody_from_theirs(desk: Desk, fleet: Fleet) -> None:
    panel = Panel.open(fleet.lectl.folder)
    program = panel.program(Role.OPERATOR)
    plan = program.post(f"{API}/plan").json()
    assert plan["clients"] == ["acme", "beta"]
    assert [each["client"] for each in plan["left_out"]] == ["gamma"]
    assert program.post(API, json={"confirm": 1}).status_code == 409
    asked = program.post(API, json={"confirm": 2})
    assert asked.status_code == 202
    with desk.faults("one", unreachable=True):
        work(panel)
    assert (points(desk, "one", "acme"), points(desk, "two", "beta")) == (0, 1)
    job = panel.desk.world.store.jobs.get(asked.json()["operation"])
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure[0] == "1 of 2 clients have no new recovery point"
    assert job.failure[1].startswith("acme: ")


def test_who_goes_on_after_a_kill_takes_no_second_point(desk: Desk, fleet: Fleet) -> None:
    panel = Panel.open(fleet.lectl.folder)
    world = panel.desk.world
    asked = ask_for_backups(world, everybody.Everybody(clients=("acme", "beta", "delta")))
    job = world.store.jobs.get(asked.id)
    # The first worker came as far as acme: the other host did not answer it.
    with desk.faults("two", unreachable=True), pytest.raises(PartialError):
        everybody.back_up(world, job)
    everybody.back_up(world, job)
    assert (points(desk, "one", "acme"), points(desk, "two", "beta")) == (1, 1)
    assert everybody.progress_of(world, job) == {"done": 2, "waiting": 1}


def test_whose_clients_are_limited_cannot(desk: Desk, fleet: Fleet) -> None:
    panel = Panel.open(fleet.lectl.folder)
    browser = panel.browser(Role.OPERATOR, ("acme",))
    assert "/backups/new" not in browser.get("/").text
    assert browser.get("/backups/new").status_code == 404
    assert browser.post("/backups", {"clients": "1"}).status_code == 404
