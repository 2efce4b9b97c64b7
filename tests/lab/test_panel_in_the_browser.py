"""The panel in a real browser: every page for every role, by keyboard, on a telephone, without a barrier."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Playwright

from leadengine_ctl.fleet.panel_records import Role
from tests.lab.browser import SCREENSHOTS, press_until
from tests.lab.panel_scene import PATIENCE, a_fleet, browsers, pay_newest
from tests.lab.served_panel import Served, serve
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.recovering import Desk

WIDTH = 390
EVERYBODY = (
    "/", "/clients/acme", "/hosts", "/hosts/host-acme", "/rollouts", "/operations", "/alerts", "/account",
)  # fmt: skip
OPERATORS = (
    "/clients/acme/logs", "/clients/acme/points", "/clients/acme/generations", "/deploy", "/rollouts/new",
    "/backups/new",
)  # fmt: skip
ADMINS = ("/approvals", "/team", "/audit?verify=true", "/signups")
STRANGERS = ("/sign-in", "/welcome", "/start", "/start/go")
People = dict[Role | None, BrowserContext]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with a_fleet(tmp_path_factory.mktemp("panel")) as found:
        yield found


@pytest.fixture(autouse=True)
def settings(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins without settings; these are the fleet's."""
    for name, value in fleet.lectl.variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def panel(fleet: Fleet) -> Iterator[Served]:
    with serve(fleet.lectl.variables) as served:
        yield served


@pytest.fixture(scope="module")
def people(panel: Served, playwright: Playwright) -> Iterator[People]:
    with browsers(panel, playwright) as found:
        yield found


def pages_of(role: Role) -> tuple[str, ...]:
    more = OPERATORS if role.covers(Role.OPERATOR) else ()
    return EVERYBODY + more + (ADMINS if role.covers(Role.ADMIN) else ())


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role_is_whole_and_says_nothing_to_the_console(
    people: People, role: Role
) -> None:
    """What the content policy blocks, a script that fails and a file that is missing stand there."""
    page, said = people[role].new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in pages_of(role):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        page.get_by_role("heading", level=1).wait_for()
    assert said == []
    for path in set(OPERATORS + ADMINS) - set(pages_of(role)):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {403, 404}, path
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(people: People, scheme: str) -> None:
    page, axe = people[Role.OWNER].new_page(), Axe()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in (*pages_of(Role.OWNER), "/nowhere"):
        page.goto(path)
        found = axe.run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    page.close()


def test_axe_finds_no_barrier_at_the_door(people: People) -> None:
    page = people[None].new_page()
    for path in STRANGERS:
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    page.close()


def test_nothing_is_wider_than_a_telephone(people: People) -> None:
    page = people[Role.OWNER].new_page()
    page.set_viewport_size({"width": WIDTH, "height": 800})
    for path in pages_of(Role.OWNER):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= WIDTH, (path, wide)
    page.goto("/start")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.goto("/")
    page.screenshot(path=SCREENSHOTS / "panel-390.png", full_page=True)
    page.close()


def test_a_client_is_deployed_by_keyboard_alone(people: People) -> None:
    page = people[Role.OPERATOR].new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    press_until(page, "Deploy a client")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Deploy a client").wait_for()
    for field, text in (("client", "keys"), ("domain", "keys.panel.test")):
        press_until(page, field)
        page.keyboard.type(text)
    press_until(page, "A host that is not known yet")
    page.keyboard.press("Enter")
    press_until(page, "address")
    page.keyboard.type("memory://host-keys")
    press_until(page, "Show the plan")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Deploy keys").wait_for()
    press_until(page, "Deploy keys")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show sign-in and snippet").wait_for(timeout=PATIENCE)
    press_until(page, "Show sign-in and snippet")
    page.keyboard.press("Enter")
    page.locator("#password").wait_for()
    assert "pixel.js" in page.locator("#tag").inner_text()
    page.close()


def test_a_rollout_with_a_bad_release_is_seen_to_go_back(people: People, fleet: Fleet) -> None:
    """Live, without anybody reloading the page; on hosts in memory."""
    fleet.add("gina", "hugo", release="1.1.0")
    fleet.publish("1.2.0")
    fleet.order_faults("hugo", gate=("1.2.0",))
    page = people[Role.OPERATOR].new_page()
    page.goto("/rollouts/new")
    page.get_by_label("Clients").fill("gina, hugo")
    page.get_by_label("Canaries").fill("gina")
    page.get_by_text("How carefully").click()
    page.get_by_label("Watch each wave for").fill("1s")
    page.get_by_label("Watch each client for").fill("0s")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("Stopped in wave 2").wait_for(timeout=PATIENCE)
    assert page.get_by_text("rolled-back").first.is_visible()
    assert fleet.runs("gina") == "1.2.0"
    assert fleet.runs("hugo") == "1.1.0"
    page.close()


def test_a_client_goes_back_to_a_recovery_point(people: People, fleet: Fleet) -> None:
    """From the button over the plan to the data of then, seen live; on a host in memory."""
    deployed = fleet.lectl("deploy", "ines", "ines.test", "--host", "memory://host-ines")
    assert deployed.code == 0, deployed.err
    desk = Desk(fleet.lectl)
    desk.write("monday", "host-ines", "ines")
    page, axe = people[Role.OPERATOR].new_page(), Axe()
    page.goto("/clients/ines")
    page.get_by_role("button", name="Back up now").click()
    page.get_by_role("heading", name="Backup ines done").wait_for(timeout=PATIENCE)
    desk.write("tuesday", "host-ines", "ines")
    page.get_by_role("link", name="To ines").click()
    page.get_by_role("link", name="All points, restore").click()
    assert axe.run(page).violations_count == 0
    page.get_by_role("button", name="Restore ", exact=False).first.click()
    page.get_by_text("Nothing has been done yet").wait_for()
    assert axe.run(page).violations_count == 0
    assert desk.database("host-ines", "ines") == "tuesday"
    page.get_by_label("Type the client's name").fill("ines")
    page.get_by_role("button", name="Restore ines").click()
    page.get_by_role("heading", name="Restore ines done").wait_for(timeout=PATIENCE)
    assert desk.database("host-ines", "ines") == "monday"
    page.goto("/clients/ines/points")
    page.get_by_role("button", name="Undo the last restore").click()
    page.get_by_label("Type the client's name").fill("ines")
    page.get_by_role("button", name="Restore ines").click()
    page.get_by_role("heading", name="Restore ines done").wait_for(timeout=PATIENCE)
    assert desk.database("host-ines", "ines") == "tuesday"
    page.close()


def test_a_view_is_kept_under_a_name(people: People) -> None:
    page, axe = people[Role.VIEWER].new_page(), Axe()
    page.goto("/?health=red")
    page.get_by_label("Name of this view").fill("Only the red")
    page.get_by_role("button", name="Keep this view").click()
    page.get_by_role("link", name="Only the red").wait_for()
    assert axe.run(page).violations_count == 0
    page.goto("/")
    page.get_by_role("link", name="Only the red").click()
    page.get_by_role("button", name="Forget").click()
    page.get_by_role("heading", name="Fleet").wait_for()
    assert page.get_by_role("link", name="Only the red").count() == 0
    page.close()


def test_all_are_backed_up_and_an_earlier_generation_comes_back_by_keyboard_alone(
    people: People, fleet: Fleet
) -> None:
    page = people[Role.OPERATOR].new_page()
    page.goto("/backups/new")
    press_until(page, "Begin")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="done", exact=False).wait_for(timeout=PATIENCE)
    assert fleet.runs("acme") == "1.1.0"
    page.goto("/clients/acme")
    press_until(page, "Go back to an earlier one")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Generations of acme").wait_for()
    press_until(page, "Go back to 1")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Rollback acme done").wait_for(timeout=PATIENCE)
    assert fleet.runs("acme") == "1.0.0"
    page.close()


def test_bills_are_seen_by_everybody_and_the_link_to_them_is_made_by_operators(
    people: People,
) -> None:
    page, axe = people[Role.OPERATOR].new_page(), Axe()
    page.goto("/clients/acme")
    press_until(page, "Link to its bills", most=200)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bills of acme").wait_for()
    assert axe.run(page).violations_count == 0
    page.set_viewport_size({"width": WIDTH, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    page.close()
    page = people[Role.VIEWER].new_page()
    page.goto("/clients/acme#billing")
    assert page.get_by_role("heading", name="Billing").is_visible()
    assert page.get_by_role("button", name="Link to its bills").count() == 0
    page.close()


@pytest.mark.soak
def test_a_stranger_signs_up_by_keyboard_alone_and_every_page_is_without_a_barrier(
    people: People, fleet: Fleet
) -> None:
    """From the plan to the dashboard's password; the payment is made meanwhile, as on a page elsewhere."""
    page, axe = people[None].new_page(), Axe()
    page.set_viewport_size({"width": WIDTH, "height": 800})

    def at(heading: str) -> None:
        page.get_by_role("heading", name=heading).wait_for(timeout=PATIENCE)
        found = axe.run(page)
        assert found.violations_count == 0, (heading, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, heading

    page.goto("/start")
    at("Leads from your website, in minutes")
    press_until(page, "email")
    page.keyboard.type("ann@acme-shop.test")
    page.keyboard.press("Enter")
    at("Who are you?")
    for field, text in (("company", "Acme Shop"), ("domain", "www.acme-shop.test")):
        press_until(page, field)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    at("Payment")
    press_until(page, "To the payment")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Pay by card").wait_for()
    at("Payment")
    pay_newest(fleet.world)
    at("You are live")
    press_until(page, "Show the first password, once")
    page.keyboard.press("Enter")
    page.locator("#password").wait_for()
    at("Your first password")
    page.close()


def test_who_signs_out_is_out(people: People, tmp_path: Path) -> None:
    page = people[Role.VIEWER].new_page()
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.goto("/clients/acme")
    page.get_by_role("heading", name="Sign in").wait_for()
    page.close()
