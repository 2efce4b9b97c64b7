"""The dashboard inside another application's pages, in Chromium: shown, followed, and refused to others."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import httpx
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.runtime.browsing import ORIGIN, go
from tests.lab.runtime.browsing import sign_in as enter
from tests.lab.runtime.host_application import HostApplication, serving
from tests.lab.runtime.stack import ADMIN, DOMAIN, RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.runtime.test_widget import axe
from tests.lab.runtime.vouching import PLATFORM, allow, make_key, make_lead
from tests.lab.served_panel import free_port
from tests.lab.waiting import until

EVIL = "https://evil.test"
LEAD = "embedded@visitor.test"
WHO = "Edda Lindgren"

pytestmark = pytest.mark.soak
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def admin(stack: RuntimeStack) -> Iterator[httpx.Client]:
    """An administrator, who put the application on the list; there is one lead."""
    stack.sql(f"DELETE FROM leads WHERE email = '{LEAD}'")  # noqa: S608
    make_lead(stack, LEAD, WHO)
    with stack.client() as client:
        assert sign_in(client).status_code == 303
        assert allow(client, PLATFORM).status_code == 303
        yield client
    stack.sql("TRUNCATE preferences, embedding_keys")


@pytest.fixture(scope="module")
def key(admin: httpx.Client) -> str:
    return make_key(admin, role="member")


@pytest.fixture
def platform(stack: RuntimeStack, key: str) -> Iterator[HostApplication]:
    with stack.client() as backend:
        yield HostApplication(ORIGIN, backend, key, PLATFORM)


@contextmanager
def opened(
    host: HostApplication, stack: RuntimeStack, browser: Browser, authority: Authority
) -> Iterator[Page]:
    """A browser that finds the dashboard, and the host under two names."""
    port = free_port()
    for name in ("platform.test", "evil.test"):
        authority.issue(name, "127.0.0.1")
    with (
        serving(host, authority.folder / "platform.test.pem", "127.0.0.1", port),
        serving(host, authority.folder / "evil.test.pem", "127.0.0.1", evil := free_port()),
        browser.open(
            {
                DOMAIN: f"{stack.address}:8443",
                "platform.test": f"127.0.0.1:{port}",
                "evil.test": f"127.0.0.1:{evil}",
            },
            (authority.root_pem,),
        ) as page,
    ):
        yield page


@pytest.fixture
def page(
    platform: HostApplication, stack: RuntimeStack, browser: Browser, authority: Authority
) -> Iterator[Page]:
    with opened(platform, stack, browser, authority) as page:
        yield page


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("le-dashboard iframe")


def shows(page: Page, view: str, heading: str, query: str = "") -> FrameLocator:
    go(page, f"{PLATFORM}/platform/{view}{query}")
    inner = frame_of(page)
    expect(inner.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=30_000)
    return inner


def fits(page: Page) -> None:
    """The element is as tall as what the frame shows."""
    tall = page.evaluate("document.querySelector('le-dashboard').offsetHeight")
    assert abs(tall - page.frames[1].evaluate("document.body.offsetHeight")) <= 2


@pytest.mark.parametrize(
    ("view", "heading"),
    [("leads", "Leads"), ("analytics", "Insights"), ("concierge", "Conversations")],
)
def test_each_view_is_a_part_of_the_platform_without_a_barrier_or_a_cookie(
    page: Page, browser: Browser, view: str, heading: str
) -> None:
    """axe finds nothing, in a wide and a narrow window, on light and on dark."""
    inner = shows(page, view, heading)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in SCHEMES:
            page.locator("le-dashboard").evaluate("(e, s) => e.setAttribute('scheme', s)", scheme)
            expect(inner.locator(f"html[data-scheme={scheme}]")).to_be_attached()
            page.wait_for_timeout(500)
            frame = page.frames[1]
            frame.evaluate(axe())
            found = frame.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [one["id"] for one in found["violations"]] == [], (width, scheme)
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
            browser.screenshot(page, f"embedded-{view}-{scheme}-{width}")
    assert page.context.cookies() == []


def test_an_administrator_makes_a_key_on_a_page_without_a_barrier(page: Page) -> None:
    """At 1280 and at 390 pixels; the key is shown once."""
    enter(page)
    go(page, f"{ORIGIN}/settings/embedding")
    page.get_by_label("Application").fill("Portal")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#key")).to_contain_text("le_embed_")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(axe())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [one["id"] for one in found["violations"]] == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    go(page, f"{ORIGIN}/settings/embedding")
    expect(page.locator("#key")).to_have_count(0)
    page.get_by_role("button", name="Remove the key of Portal").click()
    expect(page.get_by_text("Removed.")).to_be_visible()


def test_a_link_is_followed_inside_and_the_platforms_address_knows(
    page: Page, platform: HostApplication
) -> None:
    inner = shows(page, "leads", "Leads")
    inner.get_by_role("link", name=WHO).click()
    expect(inner.get_by_role("heading", name=WHO)).to_be_visible()
    page.wait_for_url("**/platform/leads?at=%2Fleads%2F*")
    address = page.url
    page.go_back()
    expect(inner.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    # Opened anew from the address alone, with another token.
    go(page, "about:blank")
    before = platform.tokens
    go(page, address)
    expect(frame_of(page).get_by_role("heading", name=WHO)).to_be_visible(timeout=30_000)
    assert platform.tokens == before + 1


def test_a_form_changes_what_it_says_and_a_file_is_saved(page: Page, stack: RuntimeStack) -> None:
    inner = shows(page, "leads", "Leads")
    with page.expect_download() as download:
        inner.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "leads.csv"
    inner.get_by_role("link", name=WHO).click()
    stack.sql(f"UPDATE leads SET owner_id = NULL WHERE email = '{LEAD}'")  # noqa: S608
    inner.get_by_label("Given to").select_option(label=ADMIN)
    inner.get_by_role("button", name="Give").click()
    until(lambda: is_given(stack), "the lead to be given")
    expect(inner.get_by_role("heading", name=WHO)).to_be_visible()
    # What cannot be read is said in a sentence, and the page stays.
    inner.locator("#owner").evaluate("e => { e.options[0].value = 'nobody'; e.selectedIndex = 0 }")
    inner.get_by_role("button", name="Give").click()
    expect(inner.get_by_role("alert")).to_contain_text("This form is incomplete")
    expect(inner.get_by_role("heading", name=WHO)).to_be_visible()


def is_given(stack: RuntimeStack) -> None:
    given = f"SELECT owner_id IS NOT NULL FROM leads WHERE email = '{LEAD}'"  # noqa: S608
    assert stack.sql(given) == "t"


def test_the_frame_is_as_tall_as_its_page_and_wears_the_platforms_look(page: Page) -> None:
    inner = shows(page, "leads", "Leads")
    body = inner.locator("body")
    expect(body).to_have_css("font-family", 'Georgia, "Times New Roman", serif')
    assert inner.locator("html").evaluate(
        "e => ['--brand', '--radius'].map((name) => getComputedStyle(e).getPropertyValue(name))"
    ) == ["#7c3aed", "4px"]
    until(lambda: fits(page), "the height of the frame")
    # Words of another kind are refused whole, and the client's own look stays.
    page.locator("le-dashboard").evaluate("e => e.setAttribute('colour', 'red;}body{display:none')")
    expect(inner.get_by_role("heading", name="Leads", exact=True)).to_be_visible()


def test_a_pass_that_ended_is_renewed_by_the_platform(
    page: Page, stack: RuntimeStack, platform: HostApplication
) -> None:
    inner = shows(page, "leads", "Leads")
    before = platform.tokens
    for name in stack.redis_cli("--scan", "--pattern", "le:embed:pass:*").split():
        stack.redis_cli("del", name)
    inner.get_by_role("link", name="Most recent").click()
    expect(inner.get_by_role("link", name="Most recent")).to_have_attribute("aria-current", "true")
    assert platform.tokens == before + 1


def test_a_page_that_is_not_on_the_list_frames_nothing(page: Page) -> None:
    """Nor does one that is frame what is not made for it: the sign-in, and a page of the dashboard."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for origin, refused in ((EVIL, 3), (PLATFORM, 2)):
        complaints.clear()
        go(page, f"{origin}/framing")
        page.wait_for_timeout(2000)
        blocked = [one for one in complaints if "frame-ancestors" in one]
        assert len(blocked) == refused, (origin, complaints)
        shown = [frame for frame in page.frames[1:] if frame.url.startswith(ORIGIN)]
        assert len(shown) == 3 - refused


def test_a_token_made_for_another_page_shows_nothing(
    admin: httpx.Client, page: Page, platform: HostApplication
) -> None:
    """Both pages are on the list, and the other one's backend asks for the wrong audience."""
    allow(admin, PLATFORM, EVIL)
    try:
        go(page, f"{EVIL}/platform/leads")
        inner = frame_of(page)
        alert = inner.get_by_role("alert")
        expect(alert).to_contain_text("made for a page of another origin", timeout=30_000)
        assert WHO not in inner.locator("body").inner_text()
    finally:
        allow(admin, PLATFORM)


def test_a_frame_listens_to_the_page_around_it_alone(page: Page) -> None:
    """Words from a window that is not the page around, and from a frame that is not the dashboard's."""
    inner = shows(page, "leads", "Leads")
    until(lambda: fits(page), "the height of the frame")
    page.evaluate("window.postMessage({le: 'height', height: 4000}, '*')")
    page.frames[1].evaluate("window.postMessage({le: 'go', path: '/insights'}, '*')")
    page.evaluate("""
      const frame = document.createElement('iframe'); document.body.append(frame);
      frame.contentWindow.eval("parent.postMessage({le: 'path', path: '/evil', title: 'x'}, '*')");
      frame.contentWindow.eval(
        "parent.document.querySelector('le-dashboard').shadowRoot.querySelector('iframe')"
        + ".contentWindow.postMessage({le: 'go', path: '/insights'}, '*')");
    """)
    page.wait_for_timeout(1500)
    fits(page)
    expect(inner.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    assert page.evaluate("document.querySelector('le-dashboard').getAttribute('path')") == "/leads"


def test_what_the_key_does_not_give_is_not_shown(
    admin: httpx.Client, page: Page, platform: HostApplication
) -> None:
    platform.key = make_key(admin, views=("leads",))
    go(page, f"{PLATFORM}/platform/analytics")
    alert = page.locator("le-dashboard").get_by_role("alert")
    expect(alert).to_contain_text("No guest token was given", timeout=30_000)
    platform.role = "viewer"
    inner = shows(page, "leads", "Leads")
    page.locator("le-dashboard").evaluate("e => e.setAttribute('path', '/insights')")
    expect(inner.get_by_role("heading", name="This is not for your role")).to_be_visible()
    page.locator("le-dashboard").evaluate("e => e.setAttribute('path', '/sign-in')")
    expect(inner.get_by_role("alert")).to_contain_text("not shown here")
    expect(inner.get_by_label("Password")).to_have_count(0)
