"""The widget on a client's website, in a real browser: asked, answered, closed, and out of the way.

Its shadow root is closed, so nobody's script can look in; for these tests the browser opens it.
"""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.lab.browser import Browser
from tests.lab.runtime.browsing import ORIGIN, complaints_of, go, shop
from tests.lab.runtime.browsing import sign_in as enter
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in
from tests.lab.runtime.test_concierge import forget_questions, know
from tests.lab.waiting import until
from tests.web.conftest import WEB, install

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OPENED = (
    "const attach = Element.prototype.attachShadow;"
    "Element.prototype.attachShadow = function (how) {"
    " window.modes = [...(window.modes || []), how.mode];"
    " return attach.call(this, {...how, mode: 'open'}) }"
)
RUDE = (
    "header, p, strong { color: red !important; font-size: 60px !important }"
    " button, input, form { position: absolute !important; left: -9999px !important }"
)


@pytest.fixture
def knowing(stack: RuntimeStack, page: Page) -> Page:
    """A browser, and a stack that knows the firm's pages."""
    forget_questions(stack)
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    with stack.client() as admin:
        sign_in(admin)
        know(stack, admin)
    page.add_init_script(OPENED)
    return page


def axe() -> str:
    """The checker's script, as the npm lock names it."""
    install()
    return (WEB / "node_modules/axe-core/axe.min.js").read_text()


def open_panel(page: Page, path: str = "/bare") -> None:
    shop(page, path)
    page.get_by_role("button", name="Ask acme").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()


def ask(page: Page, question: str) -> None:
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled(timeout=20_000)
    page.get_by_role("textbox", name="Your question").fill(question)
    page.keyboard.press("Enter")


def test_question_is_answered_with_its_source(knowing: Page, browser: Browser) -> None:
    open_panel(knowing)
    assert knowing.get_by_text("AI assistant", exact=True).is_visible()
    assert knowing.get_by_text("You are chatting with an AI assistant").is_visible()
    ask(knowing, "How much does it cost to sell my house with you?")
    log = knowing.get_by_role("log")
    expect(log).to_contain_text("1.5 per cent")
    expect(log).to_contain_text("From:")
    expect(log.get_by_role("listitem").last).to_have_text("Our fees")
    expect(log).to_have_attribute("aria-busy", "false")
    browser.screenshot(knowing, "widget")


def test_nobody_elses_script_can_look_in(knowing: Page) -> None:
    open_panel(knowing)
    assert knowing.evaluate("window.modes") == ["closed"]


def test_visitor_leaves_an_address_where_nothing_is_known(
    stack: RuntimeStack, knowing: Page
) -> None:
    open_panel(knowing)
    ask(knowing, "Do you sell helicopters?")
    knowing.get_by_role("textbox", name="Your name").fill("Ann Miller")
    knowing.get_by_role("textbox", name="Your e-mail").fill("ann@buyer.test")
    knowing.get_by_role("button", name="Send").click()
    expect(knowing.get_by_role("log")).to_contain_text("A person will write to you.")
    until(lambda: is_lead(stack), "the lead")


def test_nothing_a_screen_reader_or_a_narrow_eye_would_miss(
    knowing: Page, browser: Browser
) -> None:
    """axe finds nothing: an answer with its source, the form, light and dark."""
    open_panel(knowing)
    ask(knowing, "How much does it cost to sell my house with you?")
    expect(knowing.get_by_role("log")).to_contain_text("From:")
    knowing.get_by_role("button", name="Talk to a person").click()
    expect(knowing.get_by_role("textbox", name="Your e-mail")).to_be_focused()
    knowing.evaluate(axe())
    for scheme in SCHEMES:
        knowing.emulate_media(color_scheme=scheme)
        found = knowing.evaluate(
            "axe.run([...document.querySelectorAll('div')].at(-1), {resultTypes: ['violations']})"
        )
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        browser.screenshot(knowing, f"widget-{scheme}")


def test_conversation_goes_on_over_a_change_of_pages(knowing: Page) -> None:
    open_panel(knowing)
    ask(knowing, "Is the valuation free?")
    expect(knowing.get_by_role("log")).to_contain_text("From:")
    shop(knowing, "/loader")
    knowing.get_by_role("button", name="Ask acme").click()
    expect(knowing.get_by_role("log")).to_contain_text("Is the valuation free?")
    expect(knowing.get_by_role("log")).to_contain_text("binds you to nothing")


def test_visitor_reads_a_person_s_words_in_the_widget(
    stack: RuntimeStack, knowing: Page, browser: Browser
) -> None:
    open_panel(knowing)
    ask(knowing, "Can I talk to a person?")
    knowing.get_by_role("textbox", name="Your message").fill("It is about my deposit")
    knowing.get_by_role("button", name="Send").click()
    expect(knowing.get_by_role("log")).to_contain_text("A person was told.")
    with stack.client() as admin:
        sign_in(admin)
        newest = stack.sql("SELECT id FROM conversations")
        page = f"/conversations/{newest}"
        assert "It is about my deposit" in admin.get(page).text
        said = {"text": "Hello, I am **Tom**.\n- one\n- two", "form": form_of(admin, page)}
        assert admin.post(page, data=said).status_code == 303
    expect(knowing.get_by_role("log")).to_contain_text("Hello, I am Tom.", timeout=20_000)
    assert knowing.get_by_role("log").locator("strong").inner_text() == "Tom"
    browser.screenshot(knowing, "widget-person")


def is_lead(stack: RuntimeStack) -> None:
    assert stack.sql("SELECT email, name FROM leads") == "ann@buyer.test|Ann Miller"


def test_keyboard_is_enough(knowing: Page) -> None:
    shop(knowing, "/bare")
    knowing.get_by_role("button", name="Ask acme").wait_for()
    knowing.keyboard.press("Tab")
    knowing.keyboard.press("Enter")
    expect(knowing.get_by_role("textbox", name="Your question")).to_be_focused()
    knowing.keyboard.press("Escape")
    expect(knowing.get_by_role("button", name="Ask acme")).to_be_focused()
    assert not knowing.get_by_role("dialog").is_visible()


def test_what_is_said_is_never_markup(knowing: Page) -> None:
    open_panel(knowing)
    ask(knowing, "<img src=x onerror='window.broken = 1'> is the valuation free?")
    expect(knowing.get_by_role("log")).to_contain_text("<img src=x")
    assert knowing.evaluate("window.broken") is None


def test_rude_style_of_the_website_does_not_reach_inside(knowing: Page) -> None:
    open_panel(knowing)
    look = "[...document.querySelectorAll('div')].at(-1).shadowRoot.querySelector('header')"
    before = knowing.evaluate(f"getComputedStyle({look}).cssText")
    knowing.add_style_tag(content=RUDE)
    assert knowing.evaluate(f"getComputedStyle({look}).cssText") == before
    ask(knowing, "Is the valuation free?")
    expect(knowing.get_by_role("log")).to_contain_text("free")


@pytest.mark.parametrize(("direction", "width"), [("ltr", 320), ("rtl", 320), ("rtl", 1280)])
def test_panel_fits_each_screen_and_direction(
    knowing: Page, browser: Browser, direction: str, width: int
) -> None:
    knowing.set_viewport_size({"width": width, "height": 600})
    knowing.add_init_script(
        f"new MutationObserver(() => {{ if (document.documentElement)"
        f" document.documentElement.dir = '{direction}' }}).observe(document, {{childList: true}})"
    )
    open_panel(knowing)
    box = knowing.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    side = box["x"] < width / 2
    assert width == 320 or side == (direction == "rtl")
    assert knowing.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser.screenshot(knowing, f"widget-{direction}-{width}")


def test_strict_policy_of_the_website_is_kept(knowing: Page) -> None:
    """Neither inline style nor inline script: what the website forbids is not needed."""
    said: list[str] = []
    knowing.on("console", lambda message: said.append(message.text))
    shop(knowing, "/strict")
    knowing.get_by_role("button", name="Ask acme").click()
    ask(knowing, "Is the valuation free?")
    expect(knowing.get_by_role("log")).to_contain_text("free")
    assert not [text for text in said if "Content Security Policy" in text]


def test_without_knowledge_there_is_no_bubble(stack: RuntimeStack, page: Page) -> None:
    stack.sql("TRUNCATE documents, passages")
    page.add_init_script(OPENED)
    with page.expect_response(f"{ORIGIN}/chat.json") as answer:
        shop(page, "/bare")
    assert answer.value.json()["on"] is False
    page.wait_for_timeout(500)
    assert page.get_by_role("button").count() == 0


def test_pages_of_the_dashboard_fit(knowing: Page, browser: Browser) -> None:
    open_panel(knowing)
    ask(knowing, "Is the valuation free?")
    ask(knowing, "Do you sell helicopters?")
    expect(knowing.get_by_role("log")).to_contain_text("could not find")
    complaints = complaints_of(knowing)
    enter(knowing)
    for path in ("/conversations", "/knowledge?question=Is+the+valuation+free", "/leads"):
        for width in (1280, 320):
            knowing.set_viewport_size({"width": width, "height": 900})
            go(knowing, ORIGIN + path)
            assert knowing.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            browser.screenshot(knowing, f"{path.strip('/').partition('?')[0]}-{width}")
    assert complaints == []
