"""A visitor and an administrator in headless Chromium, certificates checked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, Route

from leadengine.dashboard.snippet import bare_tag, loader
from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.container import Container
from tests.lab.engine import LabError
from tests.lab.mail import MailSink
from tests.lab.runtime.site import website
from tests.lab.runtime.stack import ADMIN, CLIENT_ID, DOMAIN, PASSWORD, RuntimeStack
from tests.lab.runtime.test_accounts_pages import NEW, invite
from tests.lab.waiting import until

ORIGIN = f"https://{DOMAIN}"
SNIPPETS = {
    "/bare": bare_tag(ORIGIN),
    "/loader": loader(ORIGIN, CLIENT_ID),
    "/twice": bare_tag(ORIGIN) + bare_tag(ORIGIN),
    "/late": loader(ORIGIN, CLIENT_ID).replace("le('init'", "setTimeout(le, 500, 'init'"),
}
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"


@pytest.fixture(scope="module")
def steady_worker(stack: RuntimeStack) -> Iterator[Container]:
    """One worker for all: containers that come and go make a browser drop its connections."""
    worker = stack.start("worker", "steady-worker")
    yield worker
    worker.remove()


@pytest.fixture
def page(
    stack: RuntimeStack, steady_worker: Container, browser: Browser, authority: Authority
) -> Iterator[Page]:
    """A browser that finds the stack and a shop with the snippet; no visits yet."""
    stack.sql("TRUNCATE visits, events, event_receipts")
    for key in stack.redis_cli("--scan", "--pattern", "le:sign-in:*").split():
        stack.redis_cli("del", key)
    with website(SNIPPETS) as address:
        names = {DOMAIN: f"{stack.address}:8443", "shop.test": address}
        with browser.open(names, (authority.root_pem,)) as page:
            yield page


def go(page: Page, url: str) -> None:
    """Open a page; a container that came or went meanwhile is no fault of ours."""
    for _ in range(10):
        try:
            page.goto(url)
        except Error as error:
            if NETWORK_CHANGED not in str(error):
                raise
            page.wait_for_timeout(500)
        else:
            return
    message = f"the machine's network kept changing while {url} was loading"
    raise LabError(message)


def shop(page: Page, path: str) -> None:
    """Open a page of the client's website, once more if our script was lost on its way."""
    for _ in range(10):
        go(page, f"http://shop.test{path}")
        if page.evaluate("typeof le === 'function' && le.live"):
            return


def complaints_of(page: Page) -> list[str]:
    """What the browser's console will say about the dashboard: broken policies, errors."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        ours = message.location["url"].startswith(ORIGIN)
        if ours and NETWORK_CHANGED not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    return complaints


def seen(stack: RuntimeStack) -> list[str]:
    """The paths that were counted, in the order they were looked at."""
    urls = stack.sql("SELECT url FROM events ORDER BY occurred_at").split()
    return [url.removeprefix("http://shop.test") for url in urls]


def sees(stack: RuntimeStack, *paths: str) -> None:
    def check() -> None:
        assert seen(stack) == list(paths)

    until(check, f"visits of {paths}")


def sign_in(page: Page) -> None:
    go(page, f"{ORIGIN}/")
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Visits", exact=True).wait_for()


@pytest.mark.parametrize("path", SNIPPETS)
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
@pytest.mark.parametrize("path", ["/", "/install", "/sign-in", "/set-password"])
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
        name = path.strip("/") or "visits"
        browser.screenshot(page, f"{name}-{scheme}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("h1").count() == 1
    assert complaints == []
