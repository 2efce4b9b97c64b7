"""One click: a real stack from the form in a browser to a page over HTTPS, back to a recovery point, and
back from a bad release."""

import json
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright

from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.bad_releases import bad_releases
from tests.lab.browser import CHROMIUM
from tests.lab.engine import LabError
from tests.lab.names import Names
from tests.lab.operator import Operator, fingerprint
from tests.lab.releases import publish
from tests.lab.served_panel import Served, join, serve
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]

CLIENT, DOMAIN = "oneclick", "oneclick.panel.test"
PATIENCE = 600_000.0
BAD = "9.0.0"


@pytest.fixture(scope="module")
def panel(lab_operator: Operator, names: Names, stocked_vps: Vps) -> Iterator[Served]:
    names.point(DOMAIN, stocked_vps.address, stocked_vps.address6)
    environment = {**os.environ, **lab_operator.environment()}
    with serve(environment) as served:
        yield served


@pytest.fixture(scope="module")
def page(panel: Served, playwright: Playwright) -> Iterator[Page]:
    """An owner's browser, who came by an invitation."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM if CHROMIUM.exists() else None,
        args=["--no-sandbox", "--disable-background-networking"],
    )
    page = browser.new_page(base_url=panel.url)
    page.set_default_timeout(PATIENCE)
    join(page, panel.invite("ann@panel.test", "owner"))
    yield page
    browser.close()


@pytest.fixture(scope="module")
def stack(page: Page, stocked_vps: Vps) -> Stack:
    """What the form made: a stack that is live, and its administrator's sign-in, shown once."""
    page.get_by_role("link", name="Deploy the first client").click()
    page.get_by_label("Client").fill(CLIENT)
    page.get_by_label("Domain").fill(DOMAIN)
    page.get_by_text("A host that is not known yet").click()
    page.get_by_label("Address").fill(stocked_vps.url)
    page.get_by_label("Fingerprint").fill(fingerprint(stocked_vps))
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name=f"Deploy {CLIENT}").click()
    page.get_by_text("Activate").wait_for()
    page.get_by_role("button", name="Show sign-in and snippet").click()
    page.locator("#password").wait_for()
    return Stack(stocked_vps, CLIENT, DOMAIN)


def test_a_real_stack_is_deployed_from_the_form(page: Page, stack: Stack) -> None:
    assert len(page.locator("#password").inner_text()) >= 12
    assert f"https://{DOMAIN}/pixel.js" in page.locator("#tag").inner_text()
    page.get_by_role("link", name=f"To {CLIENT}").click()
    page.get_by_role("button", name="Ask the host now").click()
    page.get_by_text("Asked just now").wait_for()
    assert stack.get("/readyz").status_code == 200


def test_it_is_restored_from_its_page(page: Page, stack: Stack) -> None:
    """What was in the database when the point was taken is there again, by buttons alone."""
    stack.query("CREATE TABLE lab_notes (line text); INSERT INTO lab_notes VALUES ('monday')")
    page.goto(f"/clients/{CLIENT}")
    page.get_by_role("button", name="Back up now").click()
    page.get_by_role("heading", name=f"Backup {CLIENT} done").wait_for()
    stack.query("UPDATE lab_notes SET line = 'tuesday'")
    page.get_by_role("link", name=f"To {CLIENT}").click()
    page.get_by_role("link", name="All points, restore").click()
    page.get_by_role("button", name="Restore ", exact=False).first.click()
    page.get_by_label("Type the client's name").fill(CLIENT)
    page.get_by_role("button", name=f"Restore {CLIENT}").click()
    page.get_by_role("heading", name=f"Restore {CLIENT} done").wait_for()
    assert stack.query("SELECT line FROM lab_notes").split() == ["monday"]
    assert stack.get("/readyz").status_code == 200


def test_a_bad_release_goes_back_in_a_rollout_that_is_watched_live(
    page: Page, stack: Stack, lab_operator: Operator
) -> None:
    """Visitors meet it, its host takes it back, and the page says so without being loaded again."""
    newest = Library(Repository(lab_operator.data / "releases")).newest().release
    bad, good = bad_releases(newest.database, patience=6)["crash-later"], _runs(stack)
    publish(lab_operator, BAD, bad.images())
    page.goto("/rollouts/new")
    page.get_by_label("Clients").fill(CLIENT)
    page.get_by_text("How carefully").click()
    page.get_by_label("Watch each client for").fill("30s")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Begin").click()
    see(page, "Stopped in wave 1")
    assert page.get_by_text("rolled-back").first.is_visible()
    assert page.get_by_text(bad.reason, exact=False).first.is_visible()
    assert _runs(stack) == good != BAD
    assert stack.get("/readyz").status_code == 200
    page.goto(f"/clients/{CLIENT}")
    see(page, bad.reason)


def see(page: Page, words: str) -> None:
    """Wait for words on a page; where they do not come, what stands there instead is told."""
    try:
        page.get_by_text(words).first.wait_for(timeout=180_000)
    except PlaywrightError:
        raise LabError(page.locator("main").inner_text()) from None


def _runs(stack: Stack) -> str:
    """The release in service, by the host's own link."""
    record = "/var/lib/leadengine/stacks/oneclick/current/generation.json"
    return str(json.loads(stack.vps.run("cat", record).stdout)["release"])
