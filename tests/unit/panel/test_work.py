"""What is asked for in the panel is done, by a worker, in the asker's name."""

import re
import time

import pytest

from leadengine_ctl.fleet.panel_records import JobState, Role
from leadengine_ctl.panel.worker import Worker
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Browser, Panel

pytestmark = pytest.mark.long

DEPLOY = {
    "client": "acme",
    "domain": "leads.acme.test",
    "address": "memory://one",
    "plan": "dedicated",
}


def work(panel: Panel) -> None:
    """Let a worker do what waits, to its end."""
    worker = Worker(panel.desk.world, 4)
    while worker.step():
        pass
    assert worker.wait(120)


def place(answer: object) -> str:
    return str(getattr(answer, "headers")["location"])  # noqa: B009 - of whatever client


def wait_for(panel: Panel, job: str) -> JobState:
    end = time.monotonic() + 60
    while (state := panel.desk.world.store.jobs.get(job).state) in {"waiting", "running"}:
        assert time.monotonic() < end
        time.sleep(0.05)
    return state


def test_a_deploy_goes_from_the_form_to_the_password_which_is_shown_once(
    fleet: Fleet, panel: Panel
) -> None:
    browser = panel.browser(Role.OPERATOR)
    plan = browser.post("/deploy/plan", DEPLOY)
    assert "Start the stack of acme" in plan.text
    assert fleet.world.store.clients.find("acme") is None, "a plan changes nothing"
    where = place(browser.post("/deploy", DEPLOY))
    waiting = browser.get(where).text
    assert "Waiting for a worker" in waiting
    assert waiting.count("to come") == 8
    work(panel)
    page = browser.get(where).text
    assert "acme is live" in page
    operation = where.rpartition("/")[2]
    assert fleet.world.store.operations.get(operation).actor == "operator@panel.test"
    shown = browser.post(f"{where}/credentials").text
    assert "pixel.js" in shown
    assert 'id="password"' in shown
    again = browser.post(f"{where}/credentials").text
    assert "It was shown before" in again


def test_a_setting_goes_to_many_clients_in_waves_after_a_plan(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta", "gamma")
    browser = panel.browser(Role.OPERATOR)
    form = browser.get("/rollouts/new?kind=config").text
    assert '<option value="brand.primary">' in form
    assert "hold</option>" not in form, "settled in the store, for one client at a time"
    wanted = {"kind": "config", "key": "brand.primary", "value": "#123456", "waves": "100%"}
    wanted |= {"clients": "acme, gamma", "bake": "0s"}
    plan = browser.post("/rollouts/plan", wanted).text
    assert "2 clients in 1 wave" in plan
    assert "Sets brand.primary to “#123456”" in plan
    for wrong in ({"key": "hold"}, {"key": "nothing"}, {"value": "green"}):
        assert browser.post("/rollouts/plan", {**wanted, **wrong}).status_code == 422
    where = place(browser.post("/rollouts", wanted))
    work(panel)
    assert "2 of 2 updated" in browser.get(where).text
    clients = fleet.world.store.clients
    colours = [clients.get(name).spec.brand.primary for name in ("acme", "beta", "gamma")]
    assert colours[0] == colours[2] == "#123456" != colours[1]
    # An empty value brings the usual one back.
    browser.post("/rollouts", {**wanted, "value": ""})
    work(panel)
    assert clients.get("acme").spec.brand.primary == colours[1]


def test_a_form_with_a_mistake_comes_back_with_a_sentence(panel: Panel) -> None:
    browser = panel.browser(Role.OPERATOR)
    for wrong, words in (
        ({"domain": "no domain"}, "a domain is a host name"),
        ({"client": "A B"}, "a client name has"),
        ({"address": "ftp://x"}, "ftp://x"),
        ({"release": "9.9.9"}, "9.9.9"),
        ({"host_key": "x"}, "a fingerprint is"),
    ):
        answer = browser.post("/deploy/plan", {**DEPLOY, **wrong})
        assert answer.status_code == 422, wrong
        assert words in answer.text, wrong
        assert 'value="acme"' in answer.text or "client" in wrong


def test_a_bad_release_is_rolled_back_and_the_rollout_stops(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta", "coda")
    fleet.publish("1.1.0")
    fleet.order_faults("beta", gate=("1.1.0",))
    browser = panel.browser(Role.OPERATOR)
    asked = {"waves": "1,2,100%", "soak": "0s", "bake": "0s"}
    assert "3 clients in 3 waves" in browser.post("/rollouts/plan", asked).text
    where = place(browser.post("/rollouts", asked))
    work(panel)
    page = browser.get(where).text
    assert "rolled-back" in page
    assert "Stopped in wave 2" in page
    assert {name: fleet.runs(name) for name in ("acme", "beta", "coda")} == {
        "acme": "1.1.0",
        "beta": "1.0.0",
        "coda": "1.0.0",
    }


def test_a_rollout_is_paused_and_resumed_from_the_page(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta")
    fleet.publish("1.1.0")
    browser = panel.browser(Role.OPERATOR)
    where = place(browser.post("/rollouts", {"soak": "0s", "bake": "0s"}))
    assert place(browser.post(f"{where}/pause")) == where
    assert "Resume" in browser.get(where).text
    work(panel)
    assert fleet.rollout().state == "paused", "a worker obeys the word"
    browser.post(f"{where}/resume")
    work(panel)
    assert fleet.rollout().state == "done"
    assert browser.post(f"{where}/abort").status_code == 409


def test_settings_update_and_rollback_of_one_client(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme")
    fleet.publish("1.1.0")
    browser = panel.browser(Role.OPERATOR)
    for path, form in (
        ("/clients/acme/update", {}),
        ("/clients/acme/settings", {"brand.primary": "#112233"}),
        ("/clients/acme/rollback", {}),
        ("/clients/acme/settings", {"window": "daily 01:00-03:00 UTC"}),
    ):
        answer = browser.post(path, form)
        assert answer.status_code == 303, (path, answer.text)
        work(panel)
    client = fleet.world.store.clients.get("acme")
    assert client.window == "daily 01:00-03:00 UTC"
    assert fleet.runs("acme") == "1.1.0"
    assert client.spec.brand.primary != "#112233", "the rollback took it back"
    page = browser.get("/clients/acme").text
    assert "#112233" in page
    kept = browser.get("/clients/acme/generations").text
    assert "Generation 4 serves" in kept
    assert re.findall(r"Go back to (\d)", kept) == ["3", "2", "1"], "newest first"
    assert kept.count("brand") == 1, "and what would be otherwise"
    browser.post("/clients/acme/rollback", {"to": "3"})
    work(panel)
    assert fleet.world.store.clients.get("acme").spec.brand.primary == "#112233"
    refused = browser.post("/clients/acme/settings", {"window": "whenever"})
    assert refused.status_code == 422


def test_destroying_takes_two_persons(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme")
    ann, ben = panel.browser(Role.ADMIN, name="ann"), panel.browser(Role.ADMIN, name="ben")
    assert ann.post("/clients/acme/destroy", {"confirm": "acne"}).status_code == 409
    assert place(ann.post("/clients/acme/destroy", {"confirm": "acme"})) == "/clients/acme?asked=1"
    (asked,) = panel.desk.world.store.approvals.waiting()
    assert ann.post(f"/approvals/{asked.id}/agree").status_code == 409, "not one's own"
    assert fleet.world.store.jobs.count_open() == 0
    where = place(ben.post(f"/approvals/{asked.id}/agree"))
    assert ben.post(f"/approvals/{asked.id}/agree").status_code == 409, "once"
    work(panel)
    assert fleet.world.store.clients.find("acme") is None
    assert "done" in ben.get(where).text


def test_a_worker_that_dies_loses_its_job_to_another(fleet: Fleet, panel: Panel) -> None:
    """Its lease lapses, and the next one goes on with the operation where it was."""
    browser = panel.browser(Role.OPERATOR)
    job = place(browser.post("/deploy", DEPLOY)).rpartition("/")[2]
    jobs = panel.desk.world.store.jobs
    assert jobs.claim("dead", 0.2)
    assert jobs.claim("early", 10) is None
    time.sleep(0.3)
    work(panel)
    assert wait_for(panel, job) == "done"
    assert jobs.get(job).tries == 2
    assert not jobs.end(job, "dead", None), "who was replaced changes nothing"


def test_one_thing_at_a_time_for_a_client(fleet: Fleet, panel: Panel) -> None:
    browser = panel.browser(Role.OPERATOR)
    assert browser.post("/deploy", DEPLOY).status_code == 303
    second = browser.post("/deploy", DEPLOY)
    assert second.status_code == 422
    assert "is waiting for something else" in second.text


def test_a_failed_operation_says_what_to_do_next(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme")
    fleet.order_faults("acme", unreachable=True)
    browser = panel.browser(Role.OPERATOR)
    where = place(browser.post("/clients/acme/rollback"))
    work(panel)
    page = browser.get(where).text
    assert "does not answer" in page
    assert "failed" in page


def sees(browser: Browser, path: str) -> bool:
    return browser.get(path).status_code == 200


def test_a_person_of_one_client_sees_nothing_of_others(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta")
    fleet.publish("1.1.0")
    fleet.update("--all")
    browser = panel.browser(Role.OPERATOR, ("acme",))
    for path in ("/", "/hosts", "/operations", "/rollouts", "/api/v1/clients", "/api/v1/hosts",
                 "/api/v1/operations", "/api/v1/rollouts", "/alerts"):  # fmt: skip
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "beta" not in page.text, path
    assert sees(browser, "/clients/acme")
    assert not sees(browser, "/clients/beta")
    assert not sees(browser, "/hosts/host-beta")
    assert not sees(browser, "/operations?client=beta")
