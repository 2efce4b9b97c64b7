"""A visitor and an administrator in headless Chromium, certificates checked."""

import pytest
from playwright.sync_api import Page, Route

from tests.lab.browser import Browser
from tests.lab.mail import MailSink
from tests.lab.runtime.browsing import (
    ORIGIN,
    complaints_of,
    go,
    seen,
    sees,
    shop,
    sign_in,
)
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import NEW, invite

GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"


@pytest.mark.parametrize("path", ["/bare", "/loader", "/twice", "/late"])
def test_each_form_of_the_snippet_counts_once(stack: RuntimeStack, page: Page, path: str) -> None:
    shop(page, path)
    sees(stack, path)
    page.wait_for_timeout(1500)
    assert seen(stack) == [path]
    assert page.context.cookies() == []


def test_navigation_without_loading_counts(stack: RuntimeStack, page: Page) -> None:
    shop(page, "/bare")
    sees(stack, "/bare")
    page.evaluate("history.pushState({}, '', '/bare?colour=red')")
    sees(stack, "/bare", "/bare?colour=red")
    page.evaluate("history.pushState({}, '', '/bare?colour=red#details')")
    page.evaluate("history.back()")
    page.evaluate("history.back()")
    sees(stack, "/bare", "/bare?colour=red", "/bare")


def test_page_left_at_once_counts(stack: RuntimeStack, page: Page) -> None:
    shop(page, "/bare")
    go(page, "about:blank")
    sees(stack, "/bare")


def test_visitor_who_objects_sends_nothing(stack: RuntimeStack, page: Page) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.add_init_script(GPC)
    go(page, "http://shop.test/bare")
    page.wait_for_timeout(1500)
    assert f"{ORIGIN}/pixel.js" in requests
    assert f"{ORIGIN}/v1/events" not in requests
    assert seen(stack) == []


def test_outage_of_the_stack_is_waited_out(stack: RuntimeStack, page: Page) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=503)

    page.route("**/v1/events", refuse, times=1)
    shop(page, "/bare")
    page.wait_for_timeout(6000)
    assert len(refused) == 1
    sees(stack, "/bare")


def test_visit_appears_on_the_dashboard(stack: RuntimeStack, page: Page, browser: Browser) -> None:
    complaints = complaints_of(page)
    sign_in(page)
    page.get_by_role("heading", name="No visits yet").wait_for()
    browser.screenshot(page, "dashboard-empty")
    shop(page, "/loader")
    sees(stack, "/loader")
    go(page, f"{ORIGIN}/")
    row = page.get_by_role("row").nth(1)
    assert "Shop /loader" in row.inner_text()
    assert "Direct" in row.inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert complaints == []


def test_mailed_link_sets_a_password(
    stack: RuntimeStack, page: Page, mail: MailSink, browser: Browser
) -> None:
    token = invite(stack, mail, "clicked@acme.test")
    go(page, f"{ORIGIN}/set-password#{token}")
    page.get_by_label("New password").fill(NEW)
    page.get_by_label("The same again").fill(NEW)
    browser.screenshot(page, "set-password")
    assert token not in page.url
    page.get_by_role("button", name="Set password").click()
    page.get_by_text("Your password is set").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/leads", "/install", "/sign-in", "/set-password"])
def test_pages_fit_a_narrow_screen(
    stack: RuntimeStack, page: Page, browser: Browser, path: str, scheme: str
) -> None:
    complaints = complaints_of(page)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    stack.sql("""
        INSERT INTO visits SELECT id, gen_random_uuid(), md5(i::text), now() - i * interval '2 hours',
          now(), i, 'https://shop.test/' || repeat('very-long-path-', 12), repeat('Long title ', 9),
          'https://www.search.example/' FROM tenants, generate_series(1, 80) i
    """)
    sign_in(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        go(page, ORIGIN + path)
        name = path.strip("/") or "today"
        browser.screenshot(page, f"{name}-{scheme}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("h1").count() == 1
    assert complaints == []
