"""One click: a real stack from the form in a browser to a page over HTTPS, and back to a recovery point."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.lab.browser import CHROMIUM
from tests.lab.names import Names
from tests.lab.operator import Operator, fingerprint
from tests.lab.served_panel import Served, join, serve
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

DOMAIN = "oneclick.panel.test"
PATIENCE = 600_000.0


@pytest.fixture(scope="module")
def panel(lab_operator: Operator, names: Names, stocked_vps: Vps) -> Iterator[Served]:
    names.point(DOMAIN, stocked_vps.address, stocked_vps.address6)
    environment = {**os.environ, **lab_operator.environment()}
    with serve(environment) as served:
        yield served


@pytest.mark.timeout(1500)
def test_a_real_stack_is_deployed_from_the_form_and_restored_from_its_page(
    panel: Served, stocked_vps: Vps, tmp_path: Path
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page(base_url=panel.url)
        page.set_default_timeout(PATIENCE)
        join(page, panel.invite("ann@panel.test", "owner"))
        page.get_by_role("link", name="Deploy the first client").click()
        page.get_by_label("Client").fill("oneclick")
        page.get_by_label("Domain").fill(DOMAIN)
        page.get_by_text("A host that is not known yet").click()
        page.get_by_label("Address").fill(stocked_vps.url)
        page.get_by_label("Fingerprint").fill(fingerprint(stocked_vps))
        page.get_by_role("button", name="Show the plan").click()
        page.get_by_role("button", name="Deploy oneclick").click()
        page.get_by_text("Activate").wait_for()
        page.get_by_role("button", name="Show sign-in and snippet").click(timeout=PATIENCE)
        password = page.locator("#password").inner_text()
        assert len(password) >= 12
        assert f"https://{DOMAIN}/pixel.js" in page.locator("#tag").inner_text()
        page.get_by_role("link", name="To oneclick").click()
        page.get_by_role("button", name="Ask the host now").click()
        page.get_by_text("Asked just now").wait_for()
        stack = Stack(stocked_vps, "oneclick", DOMAIN)
        assert stack.get("/readyz").status_code == 200
        _restore(page, stack)
        browser.close()


def _restore(page: Page, stack: Stack) -> None:
    """What was in the database when the point was taken is there again, by buttons alone."""
    stack.query("CREATE TABLE lab_notes (line text); INSERT INTO lab_notes VALUES ('monday')")
    page.get_by_role("button", name="Back up now").click()
    page.get_by_role("heading", name="Backup oneclick done").wait_for()
    stack.query("UPDATE lab_notes SET line = 'tuesday'")
    page.get_by_role("link", name="To oneclick").click()
    page.get_by_role("link", name="All points, restore").click()
    page.get_by_role("button", name="Restore ", exact=False).first.click()
    page.get_by_label("Type the client's name").fill("oneclick")
    page.get_by_role("button", name="Restore oneclick").click()
    page.get_by_role("heading", name="Restore oneclick done").wait_for()
    assert stack.query("SELECT line FROM lab_notes").split() == ["monday"]
    assert stack.get("/readyz").status_code == 200
