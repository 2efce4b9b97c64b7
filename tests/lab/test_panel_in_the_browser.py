"""The panel in a real browser: every page for every role, by keyboard, on a telephone, without a barrier."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright

from leadengine_ctl.fleet.panel_records import Role
from tests.lab.browser import CHROMIUM, SCREENSHOTS
from tests.lab.served_panel import Served, join, serve
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.recovering import Desk
from tests.unit.panel.seed import Reporting, a_beat, a_stack

WIDTH = 390
EVERYBODY = (
    "/", "/clients/acme", "/hosts", "/hosts/host-acme", "/rollouts", "/operations", "/alerts", "/account",
)  # fmt: skip
OPERATORS = ("/clients/acme/logs", "/clients/acme/points", "/deploy", "/rollouts/new")
ADMINS = ("/approvals", "/team", "/audit?verify=true")
PATIENCE = 120_000.0


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two clients that report, an update of them, and the settings for this process and the panel's."""
    home = tmp_path_factory.mktemp("panel")
    publish(home / "data", a_draft())
    environment = Cli.environment(home / "data", home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        found = Fleet(Cli(home / "data", environment))
        found.add("acme", "beta")
        reporting = Reporting(found.world.store)
        for number, name in enumerate(("acme", "beta")):
            reporting.past(f"host-{name}", days=2)
            reporting.use(f"host-{name}", name, 30)
            reporting.event(f"host-{name}", name, 1, ("health", "restarted", "done", "had died"))
            reporting.report(f"host-{name}", a_beat(a_stack(name, healthy=number == 0)))
        found.publish("1.1.0")
        assert found.update("acme").code == 0
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
def people(panel: Served, playwright: Playwright) -> Iterator[dict[Role, BrowserContext]]:
    """A browser for each role; each person came by an invitation, with a password and an app."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM if CHROMIUM.exists() else None,
        args=["--no-sandbox", "--disable-background-networking"],
    )
    found = {}
    for role in Role:
        context = browser.new_context(base_url=panel.url)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        join(page, panel.invite(f"{role}@panel.test", role))
        page.close()
        found[role] = context
    yield found
    browser.close()


def pages_of(role: Role) -> tuple[str, ...]:
    more = OPERATORS if role.covers(Role.OPERATOR) else ()
    return EVERYBODY + more + (ADMINS if role.covers(Role.ADMIN) else ())


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role_is_whole_and_says_nothing_to_the_console(
    people: dict[Role, BrowserContext], role: Role
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
def test_axe_finds_no_barrier(people: dict[Role, BrowserContext], scheme: str) -> None:
    page, axe = people[Role.OWNER].new_page(), Axe()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in (*pages_of(Role.OWNER), "/nowhere"):
        page.goto(path)
        found = axe.run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    page.close()


def test_axe_finds_no_barrier_at_the_door(panel: Served, playwright: Playwright) -> None:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM if CHROMIUM.exists() else None, args=["--no-sandbox"]
    )
    page = browser.new_page(base_url=panel.url)
    for path in ("/sign-in", "/welcome"):
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    browser.close()


def test_nothing_is_wider_than_a_telephone(people: dict[Role, BrowserContext]) -> None:
    page = people[Role.OWNER].new_page()
    page.set_viewport_size({"width": WIDTH, "height": 800})
    for path in pages_of(Role.OWNER):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= WIDTH, (path, wide)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.goto("/")
    page.screenshot(path=SCREENSHOTS / "panel-390.png", full_page=True)
    page.close()


def press_until(page: Page, name: str, most: int = 60) -> None:
    """Go on with the tabulator until something of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(document.activeElement.textContent || document.activeElement.name || '').trim()"
        )
        label = page.evaluate("document.activeElement.id")
        if name in {found, label}:
            return
    raise AssertionError(name)


def test_a_client_is_deployed_by_keyboard_alone(people: dict[Role, BrowserContext]) -> None:
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


def test_a_rollout_with_a_bad_release_is_seen_to_go_back(
    people: dict[Role, BrowserContext], fleet: Fleet
) -> None:
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


def test_a_client_goes_back_to_a_recovery_point(
    people: dict[Role, BrowserContext], fleet: Fleet
) -> None:
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


def test_a_view_is_kept_under_a_name(people: dict[Role, BrowserContext]) -> None:
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


def test_who_signs_out_is_out(people: dict[Role, BrowserContext], tmp_path: Path) -> None:
    page = people[Role.VIEWER].new_page()
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.goto("/clients/acme")
    page.get_by_role("heading", name="Sign in").wait_for()
    page.close()
